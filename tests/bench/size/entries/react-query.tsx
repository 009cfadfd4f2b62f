import { createClient } from '@supabase/supabase-js';
import { createAsyncStoragePersister } from '@tanstack/query-async-storage-persister';
import { persistQueryClient } from '@tanstack/query-persist-client-core';
import {
  QueryClient,
  QueryClientProvider,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
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
import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';

/*
 * What a dashboard would be built of without the package, each part as its documentation shows it: supabase-js for
 * changes and requests (it brings auth, storage and functions along: `createClient` uses them all), React Query with its
 * persister over idb-keyval for the cache, cockatiel for retries, breaker and timeouts. There is no queue of writes, no
 * event log and nothing between tabs in it.
 */

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

function Feed({ supplierId }: { supplierId: string }) {
  const client = useQueryClient();
  const queryKey = ['activity', supplierId];
  const { data, isPending } = useQuery({
    queryKey,
    queryFn: () =>
      policy.execute(() => supabase.from('activity').select().eq('supplier_id', supplierId).throwOnError()),
  });
  const { mutate } = useMutation({
    mutationFn: (text: string) =>
      policy.execute(() =>
        supabase.from('activity').insert({ supplier_id: supplierId, text }).throwOnError(),
      ),
  });
  useEffect(() => {
    const filter = `supplier_id=eq.${supplierId}`;
    const channel = supabase
      .channel('activity')
      .on('postgres_changes', { event: '*', schema: 'public', table: 'activity', filter }, () =>
        client.invalidateQueries({ queryKey: ['activity', supplierId] }),
      )
      .subscribe();
    return () => void supabase.removeChannel(channel);
  }, [client, supplierId]);
  const press = async () => {
    const { data } = await supabase.auth.getSession();
    if (data.session) mutate('hello');
    else await supabase.auth.signInWithPassword({ email: 'a@example.com', password: 'password' });
  };
  return (
    <button type="button" onClick={press}>
      {isPending ? 'Loading' : data?.data?.length}
    </button>
  );
}

createRoot(document.body).render(
  <QueryClientProvider client={queryClient}>
    <Feed supplierId="51000000-0000-4000-8000-000000000001" />
  </QueryClientProvider>,
);
