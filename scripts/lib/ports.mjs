import { connect, createServer } from 'node:net';
import { Problem } from './problem.mjs';

/**
 * The port asked for, if nothing uses it, or a free one for 0.
 * @param {number} port
 * @param {(otherPort: number) => string} advice how to choose another, for the sentence
 * @returns {Promise<number>}
 */
export async function claimPort(port, advice) {
  try {
    const claimed = await tryListen(port, '127.0.0.1');
    // A server that listens on every interface does not always stop another from taking the loopback one.
    if (port !== 0) await tryListen(port, undefined);
    return claimed;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EADDRINUSE') {
      throw new Problem(`Port ${port} is in use: stop what uses it, or ${advice(port + 1)}.`);
    }
    if (code === 'EACCES') {
      throw new Problem(`Port ${port} needs more rights than you have: ${advice(port + 3000)}.`);
    }
    throw error;
  }
}

/** Whether a server listens at a port of this machine. @param {number} port @returns {Promise<boolean>} */
export function isListening(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** @param {string} command @param {string} flag @returns {(otherPort: number) => string} */
export function byFlag(command, flag) {
  return (otherPort) => `choose another with \`${command} ${flag} ${otherPort}\` (0 takes a free one)`;
}

/** @param {number} port @param {string | undefined} host @returns {Promise<number>} */
function tryListen(port, host) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host }, () => {
      const address = server.address();
      const claimed = typeof address === 'object' && address ? address.port : port;
      server.close(() => resolve(claimed));
    });
  });
}
