import { createServer } from 'node:http';

/**
 * What a request is answered with. `cut` ends the connection with no answer; `hang` never answers; `bytes` is a body of so many bytes.
 * @typedef {{ status?: number, headers?: Record<string, string>, body?: string, bytes?: number, delayMs?: number, cut?: boolean, hang?: boolean }} Reply
 * @typedef {{ method: string, path: string, headers: import('node:http').IncomingHttpHeaders, body: string, at: number, isAborted: boolean }} Asked
 */

const allowed = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*, authorization',
  'access-control-allow-methods': '*',
  'access-control-expose-headers': 'retry-after, date, x-service-status',
};

/** A service of another origin that fails on command, and remembers what it was asked. Preflights are not counted. */
export async function startFailingServer() {
  /** @type {Asked[]} */
  const asked = [];
  /** @type {(asked: Asked) => Reply} */
  let reply = () => ({});
  const server = createServer((request, response) => {
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { ...allowed, 'access-control-max-age': '0', connection: 'close' }).end();
      return;
    }
    const { method = '', url: path = '', headers } = request;
    const one = { method, path, headers, body: '', at: Date.now(), isAborted: false };
    asked.push(one);
    response.on('close', () => {
      one.isAborted = !response.writableEnded;
    });
    request.on('data', (part) => {
      one.body += part;
    });
    request.on('error', () => {});
    request.on('end', () => {
      const {
        status = 200,
        headers: own = {},
        body = '{"ok":true}',
        bytes,
        delayMs = 0,
        cut,
        hang,
      } = reply(one);
      if (cut) request.socket.destroy();
      if (cut || hang) return;
      setTimeout(() => {
        // A date of its own takes the place of Node's.
        if (own.date === '') response.sendDate = false;
        response.writeHead(status, {
          'content-type': 'application/json',
          connection: 'close',
          ...allowed,
          ...own,
        });
        if (bytes === undefined) response.end(body);
        else writeBytes(response, bytes);
      }, delayMs);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    /** From now on; what was asked before is forgotten. @param {Reply | ((asked: Asked) => Reply)} next */
    reply(next) {
      asked.length = 0;
      reply = typeof next === 'function' ? next : () => next;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As fast as it is read, until nobody reads. @param {import('node:http').ServerResponse} response @param {number} bytes */
function writeBytes(response, bytes) {
  const part = Buffer.alloc(65_536, 'x');
  let left = bytes;
  const write = () => {
    while (left > 0 && !response.destroyed) {
      left -= part.length;
      if (!response.write(part)) {
        response.once('drain', write);
        return;
      }
    }
    response.end();
  };
  write();
}
