import {
  type CacheChange,
  type CacheFetchContext,
  type CacheFetchOptions,
  type CacheKeepOptions,
  type CacheKey,
  type CacheOptions,
  type CachePersister,
  type CacheResult,
  type CacheSnapshot,
  type CacheState,
  type CacheStats,
  type CacheWarmEntry,
  type CacheWritten,
  cachePersister,
  createDashboard,
  type Dashboard,
  DashboardCacheManager,
  type PostgresChange,
} from '@wedsync/dashboard';
import { expectTypeOf } from 'expect-type';

interface Metrics {
  enquiries: number;
}

declare const dashboard: Dashboard;
declare const read: (signal: AbortSignal) => Promise<Metrics>;

const key: CacheKey = {
  namespace: 'metrics',
  supplierId: 's1',
  resource: 'overview',
  params: { version: 2 },
};

export async function values() {
  const { cache } = dashboard;
  expectTypeOf(cache).toEqualTypeOf<DashboardCacheManager>();
  expectTypeOf(new DashboardCacheManager(dashboard.realtime, { encrypt: true })).toEqualTypeOf(cache);

  const found = await cache.get<Metrics>(key);
  expectTypeOf(found).toEqualTypeOf<CacheResult<Metrics> | null>();
  expectTypeOf(await cache.get(key)).toEqualTypeOf<CacheResult | null>();
  expectTypeOf(found?.state).toEqualTypeOf<CacheState | undefined>();
  expectTypeOf<CacheState>().toEqualTypeOf<'fresh' | 'stale' | 'degraded'>();
  // @ts-expect-error What the cache gives is shared by all who read it.
  if (found) found.age = 0;

  // What is fetched says what is given.
  const fetched = await cache.getOrFetch(key, ({ signal }) => read(signal), {
    dependsOn: ['clients'],
    eager: 0.5,
  });
  expectTypeOf(fetched.data).toEqualTypeOf<Metrics>();
  expectTypeOf(fetched.age).toBeNumber();
  expectTypeOf((await cache.getOrFetch(key, () => 7)).data).toEqualTypeOf<number>();
  expectTypeOf<CacheFetchContext>().toEqualTypeOf<{ readonly signal: AbortSignal }>();
  expectTypeOf<CacheFetchOptions>().toExtend<CacheKeepOptions>();
  // @ts-expect-error Times are numbers, in milliseconds.
  await cache.getOrFetch(key, () => 7, { ttl: '5m' });
  // @ts-expect-error There is nothing to fetch with.
  await cache.getOrFetch(key);
  // @ts-expect-error Nobody's.
  await cache.get({ namespace: 'metrics', resource: 'overview' });

  const written = await cache.set(key, { enquiries: 3 }, { ttl: 60_000, tags: ['metrics'], compress: true });
  expectTypeOf(written).toEqualTypeOf<CacheWritten>();
  expectTypeOf(written.remote).toEqualTypeOf<boolean | null>();
  expectTypeOf(cache.delete(key)).resolves.toEqualTypeOf<CacheWritten>();
  expectTypeOf(cache.invalidateByTag('metrics', 's1')).resolves.toEqualTypeOf<CacheWritten>();
  expectTypeOf(cache.invalidateSupplier('s1')).resolves.toEqualTypeOf<CacheWritten>();
  // @ts-expect-error A signal ends a wait, and `set` has none.
  await cache.set(key, 1, { signal: new AbortController().signal });

  const warm: CacheWarmEntry[] = [{ namespace: 'metrics', resource: 'overview', data: 1, ttl: 1_800_000 }];
  expectTypeOf(cache.warmCache('s1', warm)).resolves.toEqualTypeOf<CacheWritten>();
  // @ts-expect-error The supplier is said once for all.
  await cache.warmCache('s1', [{ namespace: 'a', resource: 'b', supplierId: 's1', data: 1 }]);
}

export function shown() {
  const { cache } = dashboard;
  const snapshot = cache.getSnapshot<Metrics>(key);
  expectTypeOf(snapshot).toEqualTypeOf<CacheSnapshot<Metrics>>();
  // What is missing has no data, and what is not has some.
  if (snapshot.state === 'missing') expectTypeOf(snapshot.data).toEqualTypeOf<undefined>();
  else expectTypeOf(snapshot.data).toEqualTypeOf<Metrics>();
  const end = cache.subscribe<Metrics>(key, ({ age }) => expectTypeOf(age).toEqualTypeOf<number | null>());
  expectTypeOf(end).toEqualTypeOf<() => void>();
  expectTypeOf(cache.stats()).toEqualTypeOf<CacheStats>();
}

export function changes() {
  const { cache } = dashboard;
  const end = cache.patch(key, 'clients', (data: Metrics, change) => {
    expectTypeOf(change).toEqualTypeOf<CacheChange>();
    expectTypeOf(change.change).toBeUnknown();
    const { type } = change.change as PostgresChange;
    return type === 'INSERT' ? { enquiries: data.enquiries + 1 } : undefined;
  });
  expectTypeOf(end).toEqualTypeOf<() => void>();
  // @ts-expect-error A patch gives the same kind of value.
  cache.patch(key, 'clients', (data: Metrics) => String(data.enquiries));
  expectTypeOf(cache.changed('s1', 'clients', '7')).toBeVoid();
}

export async function options() {
  const cache: CacheOptions = {
    ttl: 60_000,
    staleTtl: 0,
    memoryBytes: 4_000_000,
    remote: '/api/cache',
    encrypt: true,
    devices: false,
    topic: (supplierId) => `supplier:${supplierId}`,
    tables: 'broadcasts',
  };
  expectTypeOf(
    createDashboard({ url: 'https://ref.supabase.co', key: 'key', cache }),
  ).resolves.toEqualTypeOf<Dashboard>();
  // @ts-expect-error There is no such way.
  cache.tables = 'polling';
  const persister = cachePersister<{ buster: string }>(dashboard.cache, 's1', { name: 'lists', staleTtl: 0 });
  expectTypeOf(persister).toEqualTypeOf<CachePersister<{ buster: string }>>();
}
