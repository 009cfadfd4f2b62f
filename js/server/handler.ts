import { type CacheHandlerOptions, checkedHandler } from '../options/server.js';
import { refused, unavailable } from './answers.js';
import { Identities } from './identity.js';
import { Memberships } from './membership.js';
import { MemoryStore } from './memory-store.js';
import { Operations } from './operations.js';
import { RedisLink } from './redis-link.js';
import { RedisStore } from './redis-store.js';
import { Refusal } from './refusal.js';
import { type CacheStore, Unreachable } from './store.js';

/** A day, in milliseconds. */
const DAY = 86_400_000;

/** Answers the requests of a dashboard's remote cache. */
export interface CacheHandler {
  /** Never rejects, and never takes longer than its time limits say. */
  (request: Request): Promise<Response>;
  /** Closes the connections to Redis. What is asked afterwards finds nothing. */
  close(): Promise<void>;
}

/**
 * A handler for a route of the application's, behind which suppliers' dashboards share what they have cached: in Redis, or in the process
 * where no Redis is given.
 *
 * Runs in Node.js. Make one, and keep it: it has connections, and remembers for a short time who is a member.
 *
 * @throws {DashboardError} `invalid_option`, `unknown_option`.
 *
 * @example
 * ```ts
 * const handle = createCacheHandler({
 *   auth: { jwks: 'https://example.supabase.co/auth/v1/.well-known/jwks.json' },
 *   isMember: async ({ supplier, token, signal }) => {
 *     const url = `https://example.supabase.co/rest/v1/suppliers?select=id&id=eq.${encodeURIComponent(supplier)}`;
 *     const answer = await fetch(url, { headers: { apikey: 'anon-key', authorization: `Bearer ${token}` }, signal });
 *     if (answer.status >= 500) throw new Error('The database does not answer.');
 *     return answer.ok && ((await answer.json()) as unknown[]).length === 1;
 *   },
 * });
 * ```
 */
export function createCacheHandler(options: CacheHandlerOptions): CacheHandler {
  const { auth, cookie, isMember, onError: hear, ...rest } = checkedHandler(options);
  const onError = (error: Error): void => {
    try {
      hear?.(error);
    } catch {
      // What hears of errors must not make any.
    }
  };
  const identities = new Identities({
    jwks: auth.jwks,
    secret: auth.secret,
    issuer: auth.issuer,
    audience: auth.audience,
    clockTolerance: auth.clockTolerance,
    cookieToken: cookie?.token,
    origins: cookie?.origins,
    onError,
  });
  const memberships = new Memberships(isMember, onError);
  const store = storeOf(rest, onError);
  const { maxEntryBytes, maxRequestBytes, maxAge } = rest;
  const operations = new Operations(store, { maxEntryBytes, maxRequestBytes, maxAge: maxAge * 1_000 });

  const handle = async (request: Request): Promise<Response> => {
    try {
      const operation = operations.of(request);
      const identity = await identities.of(request);
      return await operation(request, (supplier) => memberships.check(identity, supplier));
    } catch (error) {
      if (error instanceof Refusal) return refused(error);
      if (error instanceof Error && !(error instanceof Unreachable)) onError(error);
      return unavailable();
    }
  };
  return Object.assign(handle, { close: () => store.close() });
}

function storeOf(
  options: Pick<ReturnType<typeof checkedHandler>, 'redis' | 'memoryBytes' | 'maxTags' | 'maxAge'>,
  onError: (error: Error) => void,
): CacheStore {
  const { redis, memoryBytes, maxTags, maxAge } = options;
  if (redis === undefined) return new MemoryStore({ maxBytes: memoryBytes, mostCounters: maxTags });
  const { urls, isCluster, load, timeout, readTimeout, prefix } = redis;
  const link = new RedisLink({ urls, isCluster, load, timeout, onError });
  return new RedisStore(link, {
    prefix,
    mostCounters: maxTags,
    countersLifetime: maxAge * 1_000 + DAY,
    readTimeout,
    timeout,
  });
}
