import type { Server } from 'node:http';
import { createServer } from 'node:net';
import { StartError } from '../errors.js';

/** Says so if a port is taken, before the work begins that would be in vain then. */
export async function checkPort(port: number, host: string, what: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(explain(cause, port, host, what)));
    server.listen(port, host, resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}

/** Opens a port and answers the URL it can be reached at. */
export function listen(server: Server, port: number, host: string, what: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException): void => reject(explain(cause, port, host, what));
    server.once('error', failed);
    server.listen(port, host, () => {
      // One server opens its port again and again.
      server.off('error', failed);
      const address = server.address();
      const taken = typeof address === 'object' && address !== null ? address.port : port;
      const name = host.includes(':') ? `[${host}]` : host;
      resolve(`http://${name}:${taken}`);
    });
  });
}

/** Closes a server and the connections that are kept alive on it. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function explain(cause: NodeJS.ErrnoException, port: number, host: string, what: string): Error {
  switch (cause.code) {
    case 'EADDRINUSE':
      return new StartError(
        `The ${what}'s port ${port} on ${host} is in use: stop what uses it or choose another one.`,
      );
    case 'EACCES':
      return new StartError(`The ${what} may not use port ${port}: choose one above 1023.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(`The host ${host} is not an address of this machine: use 127.0.0.1 or 0.0.0.0.`);
    default:
      return cause;
  }
}
