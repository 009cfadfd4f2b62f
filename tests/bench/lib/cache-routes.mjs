// A server of two routes over one Redis: the package's handler, and one that verifies who asks in the same way and then asks
// Redis for a text. Started by drivers/cache-server.mjs; says its port when it listens.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createCacheHandler } from '@wedsync/dashboard/server';
import { Redis } from 'ioredis';
import { installedPackageDir } from '../../../scripts/lib/paths.mjs';

const [redisUrl = '', secret = ''] = process.argv.slice(2);
const isMember = () => true;

/** @param {string} name */
const ownModule = (name) => import(pathToFileURL(join(installedPackageDir, 'server', `${name}.js`)).href);
const { Identities } = await ownModule('identity');
const { Memberships } = await ownModule('membership');

const ours = createCacheHandler({
  auth: { secret },
  isMember,
  redis: { url: redisUrl, load: () => import('ioredis'), readTimeout: 5_000 },
});

const onError = () => {};
const identities = new Identities({ secret, audience: 'authenticated', clockTolerance: 30, onError });
const memberships = new Memberships(isMember, onError);
const redis = new Redis(redisUrl);

/** @param {Request} request */
async function bare(request) {
  const identity = await identities.of(request);
  const { searchParams } = new URL(request.url);
  const [supplier, key] = [searchParams.get('supplier') ?? '', searchParams.get('key') ?? ''];
  await memberships.check(identity, supplier);
  if (request.method === 'PUT') {
    await redis.set(`${supplier}:${key}`, Buffer.from(await request.arrayBuffer()));
    return new Response(null, { status: 204 });
  }
  const body = await redis.getBuffer(`${supplier}:${key}`);
  if (body === null) return new Response(null, { status: 204 });
  return new Response(new Uint8Array(body), {
    headers: { 'content-type': 'application/json', 'cache-control': 'private, no-store' },
  });
}

const server = createServer(async (incoming, outgoing) => {
  const { method = 'GET', url = '/' } = incoming;
  const headers = /** @type {Record<string, string>} */ (incoming.headers);
  const body = method === 'GET' ? {} : { body: incoming, duplex: 'half' };
  const request = new Request(
    `http://${headers.host}${url}`,
    /** @type {any} */ ({ method, headers, ...body }),
  );
  const response = await (url.startsWith('/ours/') ? ours : bare)(request);
  const bytes = Buffer.from(await response.arrayBuffer());
  outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(bytes);
});
server.listen(0, '127.0.0.1', () => {
  process.send?.(/** @type {import('node:net').AddressInfo} */ (server.address()).port);
});
