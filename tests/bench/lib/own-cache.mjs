import { secret, tokenOf } from '../../server/rig.mjs';

const base = '/api/cache';
const tokenPath = '/api/token';

/** The package's handler of the shared cache, without a Redis, and a token for a member. */
export class OwnCache {
  #handler = made();

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   * @returns {boolean} whether the request is for this cache
   */
  handle = (request, response) => {
    const { url = '' } = request;
    if (url === tokenPath) void tokenOf('anna').then((token) => response.end(token));
    else if (url.startsWith(`${base}/`)) {
      this.#answer(request, response).catch(() => response.destroy());
    } else return false;
    return true;
  };

  /** @param {import('node:http').IncomingMessage} incoming @param {import('node:http').ServerResponse} outgoing */
  async #answer(incoming, outgoing) {
    const { method = 'GET', url } = incoming;
    const headers = /** @type {Record<string, string>} */ (incoming.headers);
    const body = method === 'GET' ? {} : { body: incoming, duplex: 'half' };
    const asked = new Request(
      `http://${headers.host}${url}`,
      /** @type {any} */ ({ method, headers, ...body }),
    );
    const answer = await (await this.#handler)(asked);
    const bytes = Buffer.from(await answer.arrayBuffer());
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers)).end(bytes);
  }
}

async function made() {
  const { createCacheHandler } = await import('@wedsync/dashboard/server');
  return createCacheHandler({ auth: { secret }, isMember: () => true });
}
