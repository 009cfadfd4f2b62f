import { createClient } from '@supabase/supabase-js';
import { createCollection, createLiveQueryCollection, eq } from '@tanstack/db';
import { startOfflineExecutor } from '@tanstack/offline-transactions';
import { createAsyncStoragePersister } from '@tanstack/query-async-storage-persister';
import { queryCollectionOptions } from '@tanstack/query-db-collection';
import { persistQueryClient } from '@tanstack/query-persist-client-core';
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
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
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

/*
 * The whole of what this package is to do, built of TanStack's parts as their documentation shows them: supabase-js for
 * sign-in, requests and changes; React Query with its persister over idb-keyval as the cache; TanStack DB's query
 * collection as the live table, and its offline transactions as the queue of writes, which elect a leader among tabs;
 * cockatiel for retries, breaker and timeouts. No version of TanStack DB's hooks fits the version that offline
 * transactions need, so a component subscribes by itself. There is no event log and no health monitor.
 */

type Activity = { id: number; supplier_id: string; text: string };

const supplierId = '51000000-0000-4000-8000-000000000001';
const supabase = createClient('https://project.supabase.co', 'publishable-key');

const day = 24 * 60 * 60 * 1_000;
const queryClient = new QueryClient({ defaultOptions: { queries: { gcTime: day } } });
persistQueryClient({
  // The persister brings types of a query-core of its own; in the bundle there is one.
  queryClient: queryClient as never,
  persister: createAsyncStoragePersister({
    storage: {
      getItem: async (key) => (await get<string>(key)) ?? null,
      setItem: (key, value) => set(key, value),
      removeItem: (key) => del(key),
    },
  }),
  maxAge: day,
});

const policy = wrap(
  retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
  circuitBreaker(handleAll, { halfOpenAfter: 30_000, breaker: new ConsecutiveBreaker(5) }),
  timeout(5_000, TimeoutStrategy.Aggressive),
);

const activity = createCollection(
  queryCollectionOptions<Activity>({
    queryKey: ['activity', supplierId],
    queryClient,
    getKey: ({ id }) => id,
    queryFn: async () => {
      const { data } = await policy.execute(() =>
        supabase.from('activity').select().eq('supplier_id', supplierId).throwOnError(),
      );
      return data;
    },
  }),
);

const newest = createLiveQueryCollection((query) =>
  query
    .from({ activity })
    .where(({ activity }) => eq(activity.supplier_id, supplierId))
    .orderBy(({ activity }) => activity.id, 'desc')
    .limit(20),
);

const executor = startOfflineExecutor({
  collections: { activity },
  mutationFns: {
    add: async ({ transaction, idempotencyKey }) => {
      const rows = transaction.mutations.map(({ modified }) => ({ ...modified, request: idempotencyKey }));
      await policy.execute(() => supabase.from('activity').insert(rows).throwOnError());
    },
  },
});

const add = executor.createOfflineAction({
  mutationFnName: 'add',
  onMutate: (text: string) => activity.insert({ id: Date.now(), supplier_id: supplierId, text }),
});

function Feed() {
  const [rows, setRows] = useState<Activity[]>([]);
  const { data } = useQuery({ queryKey: ['session'], queryFn: () => supabase.auth.getSession() });
  useEffect(() => {
    const subscription = newest.subscribeChanges(() => setRows(newest.toArray), {
      includeInitialState: true,
    });
    return () => subscription.unsubscribe();
  }, []);
  useEffect(() => {
    const filter = `supplier_id=eq.${supplierId}`;
    const channel = supabase
      .channel('activity')
      .on<Activity>(
        'postgres_changes',
        { event: 'INSERT', schema: 'public', table: 'activity', filter },
        (change) => activity.utils.writeUpsert(change.new),
      )
      .subscribe();
    return () => void supabase.removeChannel(channel);
  }, []);
  const signIn = () => supabase.auth.signInWithPassword({ email: 'a@example.com', password: 'password' });
  return (
    <button type="button" onClick={() => (data?.data.session ? add('hello') : signIn())}>
      {rows.length}
    </button>
  );
}

createRoot(document.body).render(
  <QueryClientProvider client={queryClient}>
    <Feed />
  </QueryClientProvider>,
);
