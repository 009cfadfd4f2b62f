import { type CacheHandler, createCacheHandler } from '@wedsync/dashboard/server';
import { serverSession } from '@/data/server-session';
import { seesSupplier } from '@/lib/cache/membership';
import { readCacheSettings } from '@/lib/cache/settings';

export const runtime = 'nodejs';

let handler: CacheHandler | null = null;

/** The cache that a supplier's devices share, see docs/cache-server.md. */
async function handle(request: Request): Promise<Response> {
  if (handler !== null) return handler(request);
  const settings = readCacheSettings(process.env);
  if (settings.problem !== null) {
    const body = { code: 'remote_unavailable', message: settings.problem };
    return Response.json(body, { status: 503, headers: { 'cache-control': 'private, no-store' } });
  }
  const { auth, redis } = settings;
  handler = createCacheHandler({
    auth,
    isMember: (asked) => seesSupplier(settings, asked),
    cookie: {
      async token() {
        return (await serverSession())?.accessToken ?? null;
      },
    },
    ...(redis === null ? {} : { redis: { url: redis, load: () => import('ioredis') } }),
  });
  return handler(request);
}

export { handle as GET, handle as POST, handle as PUT };
