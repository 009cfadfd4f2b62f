import {
  type CacheHandler,
  type CacheHandlerOptions,
  createCacheHandler,
  type IsMember,
} from '@wedsync/dashboard/server';
import { expectTypeOf } from 'expect-type';

const isMember: IsMember = ({ sub, supplier, token, signal }) => {
  expectTypeOf(sub).toEqualTypeOf<string>();
  expectTypeOf(supplier).toEqualTypeOf<string>();
  expectTypeOf(token).toEqualTypeOf<string>();
  expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
  return true;
};

const handle = createCacheHandler({ auth: { jwks: 'https://project.example/jwks.json' }, isMember });
expectTypeOf(handle).toEqualTypeOf<CacheHandler>();
expectTypeOf(handle(new Request('https://app.example/api/cache/entry'))).toEqualTypeOf<Promise<Response>>();
expectTypeOf(handle.close()).toEqualTypeOf<Promise<void>>();

const options: CacheHandlerOptions = {
  auth: {
    secret: 'a secret',
    issuer: 'https://project.example/auth/v1',
    audience: 'authenticated',
    clockTolerance: 5,
  },
  isMember: async () => false,
  cookie: { token: async (request) => request.headers.get('cookie'), origins: ['https://app.example'] },
  redis: {
    url: 'redis://redis.example',
    load: async () => ({}),
    cluster: true,
    prefix: 'p',
    readTimeout: 40,
    timeout: 2_000,
  },
  memoryBytes: 1_000_000,
  maxEntryBytes: 1,
  maxRequestBytes: 1_000,
  maxAge: 60,
  maxTags: 10,
  onError: (error) => expectTypeOf(error).toEqualTypeOf<Error>(),
};
createCacheHandler(options);

// @ts-expect-error who is a member has to be said
createCacheHandler({ auth: { secret: 'a secret' } });
// @ts-expect-error there is no such option
createCacheHandler({ auth: { secret: 'a secret' }, isMember, retries: 1 });
// @ts-expect-error ioredis is given by the application
createCacheHandler({ auth: { secret: 'a secret' }, isMember, redis: { url: 'redis://redis.example' } });
// @ts-expect-error a handler takes a request
handle('https://app.example/api/cache/entry');
