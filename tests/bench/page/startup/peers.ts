import { createClient } from '@supabase/supabase-js';
import { createAsyncStoragePersister } from '@tanstack/query-async-storage-persister';
import { QueryClient } from '@tanstack/query-core';
import {
  type PersistQueryClientRootOptions,
  persistQueryClientRestore,
  persistQueryClientSave,
} from '@tanstack/query-persist-client-core';
import {
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { del, get, set } from 'idb-keyval';
import { type ClientRecord, entries } from '../values.js';

/** What a dashboard is otherwise built of, each part set up as its documentation shows it, without rendering anything. */
export async function start(): Promise<void> {
  createClient('https://project.invalid', 'publishable-key');
  cache();
  wrap(
    retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
    circuitBreaker(handleAll, { halfOpenAfter: 30_000, breaker: new ConsecutiveBreaker(5) }),
    timeout(5_000, TimeoutStrategy.Aggressive),
  );
}

/** A visit that leaves values in the cache: its documentation persists the client as one item. */
export async function visit(count: number): Promise<void> {
  const options = cache();
  for (const { key, value } of entries(0, count)) options.queryClient.setQueryData(['clients', key], value);
  await persistQueryClientSave(options);
}

/** The next visit: the app is set up and its cache restored, and one value of it read. */
export async function firstData(key: string): Promise<string | undefined> {
  await start();
  const options = cache();
  await persistQueryClientRestore(options);
  return options.queryClient.getQueryData<ClientRecord>(['clients', key])?.id;
}

function cache(): PersistQueryClientRootOptions {
  const day = 24 * 60 * 60 * 1_000;
  const queryClient = new QueryClient({ defaultOptions: { queries: { gcTime: day } } });
  const persister = createAsyncStoragePersister({
    storage: {
      getItem: async (key) => (await get<string>(key)) ?? null,
      setItem: (key, value) => set(key, value),
      removeItem: (key) => del(key),
    },
    // The default second would be spent in `visit`, not in what is measured.
    throttleTime: 0,
  });
  // The persister brings types of a query-core of its own; in the bundle there is one.
  return { queryClient: queryClient as never, persister };
}
