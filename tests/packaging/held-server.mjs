import { once } from 'node:events';
import { createServer } from 'node:http';

/** @typedef {{ status: number, headers?: Record<string, string>, body?: string }} Answer */

/** What pages of other origins need to be told. */
const shared = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-expose-headers': 'x-cache-entry, x-cache-age',
};

/**
 * A server that holds the first request of each path until a page asks for `/release`. `/held` says how many it holds. What was held is
 * answered by `answers`, by its path; all else has no content.
 * @param {Record<string, Answer>} answers
 */
export async function startHeldServer(answers) {
  /** @type {(() => void)[]} */
  const held = [];
  /** @type {Set<string>} */
  const known = new Set();
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const tell = (/** @type {Answer} */ { status, headers, body }) =>
      response.writeHead(status, { ...shared, ...headers }).end(body);
    if (path === '/held') return tell({ status: 200, body: String(held.length) });
    if (path === '/release') {
      for (const answer of held.splice(0)) answer();
      known.clear();
    }
    const answer = answers[path];
    if (!answer || known.has(path) || request.method === 'OPTIONS') return tell({ status: 204 });
    known.add(path);
    held.push(() => tell(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The server has no address.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
