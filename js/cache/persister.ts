import { invalid, isText } from '../arguments.js';
import { DashboardError } from '../errors.js';
import { type CacheKeepOptions, cacheKeepOptions } from '../options/cache.js';
import { checked, isObject } from '../options/check.js';
import { type DashboardCacheManager, tableOf } from './manager.js';

/** A persister as `PersistQueryClientProvider` and `persistQueryClient` of TanStack Query take it. */
export interface CachePersister<Client> {
  persistClient: (client: Client) => Promise<void>;
  restoreClient: () => Promise<Client | undefined>;
  removeClient: () => Promise<void>;
}

/** The least milliseconds from one write to the next. */
const PAUSE = 1_000;
/** Errors that the application has to mend. The others pass, and the store and the cache's health tell of them. */
const WRONG = ['invalid_option', 'unknown_option', 'not_cloneable', 'value_too_large'];

/**
 * Keeps the queries of TanStack Query in a cache: under the user's own databases, so that a sign-out wipes them, and removed with
 * everything of the supplier's. It writes at most once a second, the newest.
 *
 * It is of the user who is here when it restores: once another one is, it keeps nothing any more. Make another `QueryClient` and another
 * persister then.
 *
 * @param supplierId whose queries these are
 * @param options as of `set`, and a `name` that tells several from each other. Default `queries`, kept for a day.
 * @throws {DashboardError} `invalid_option`, `unknown_option`.
 *
 * @example
 * ```tsx
 * const persister = useMemo(() => cachePersister(dashboard.cache, supplierId), [dashboard, supplierId]);
 * <PersistQueryClientProvider client={queryClient} persistOptions={{ persister }}>…</PersistQueryClientProvider>
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: TanStack Query knows what it is, and this package does not depend on it
export function cachePersister<Client = any>(
  cache: DashboardCacheManager,
  supplierId: string,
  options: CacheKeepOptions & { name?: string | undefined } = {},
): CachePersister<Client> {
  if (!isObject(cache) || typeof (cache as { getOrFetch?: unknown }).getOrFetch !== 'function') {
    throw invalid('cachePersister takes a cache as its first argument: `cache` of a dashboard.');
  }
  if (!isText(supplierId)) throw invalid("cachePersister takes the supplier's id as its second argument.");
  if (!isObject(options)) throw invalid('cachePersister takes an object of options.');
  const { name = 'queries', ...keeping } = options;
  if (!isText(name)) throw invalid('Option "name" of cachePersister must be a string that is not empty.');
  checked('cachePersister', cacheKeepOptions, keeping);
  const key = { namespace: 'tanstack-query', supplierId, resource: name };
  const users = () => tableOf(cache).clears;
  /** How often another user had come when it was first used. */
  let own: number | undefined;
  let newest: { client: Client } | undefined;
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    while (newest) {
      const { client } = newest;
      newest = undefined;
      if (own !== users()) return;
      try {
        await cache.set(key, client, { ttl: 86_400_000, ...keeping });
      } catch (error) {
        if (!(error instanceof DashboardError) || WRONG.includes(error.code)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  return {
    async persistClient(client) {
      own ??= users();
      newest = { client };
      writing ??= write().finally(() => {
        writing = undefined;
      });
      await writing;
    },
    async restoreClient() {
      const found = await cache.get<Client>(key);
      // Whose it is, is known from here on.
      own ??= users();
      return own === users() ? (found?.data ?? undefined) : undefined;
    },
    async removeClient() {
      newest = undefined;
      if ((own ?? users()) === users()) await cache.delete(key);
    },
  };
}
