import { text } from 'node:stream/consumers';

/**
 * A cache behind HTTP, as a Redis with a REST interface is: `POST /remote-cache/set/KEY` stores the body as a text,
 * `GET /remote-cache/get/KEY` answers `{ "result": text }`, or null where there is nothing.
 */
export class RemoteCache {
  /** @type {Map<string, string>} */
  #values = new Map();

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   * @returns {boolean} whether the request is for this cache
   */
  handle = (request, response) => {
    const [, where, command, key = ''] = (request.url ?? '').split('/');
    if (where !== 'remote-cache') return false;
    if (request.method === 'POST' && command === 'set') {
      text(request).then(
        (value) => {
          this.#values.set(key, value);
          answer(response, 'OK');
        },
        () => response.destroy(),
      );
    } else if (request.method === 'GET' && command === 'get') {
      answer(response, this.#values.get(key) ?? null);
    } else {
      response.writeHead(400).end();
    }
    return true;
  };
}

/** @param {import('node:http').ServerResponse} response @param {string | null} result */
function answer(response, result) {
  const body = JSON.stringify({ result });
  response
    .writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    })
    .end(body);
}
