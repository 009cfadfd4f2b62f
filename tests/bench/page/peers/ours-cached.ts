import type { CacheKey, Dashboard } from '@wedsync/dashboard';
import { recordsOf } from '@wedsync/dashboard/internal';
import type { OpenStore, ReadableValues } from '../store.js';
import { type ClientRecord, keyOf } from '../values.js';
import { openOursCache } from './ours-cache.js';

const supplierId = '53000000-0000-4000-8000-000000000001';
const ttl = 3_600_000;
/** The default. */
const memoryBytes = 8_388_608;
/** The most that `warmCache` takes at once. */
const together = 1_000;

const named = (key: string) => ({ namespace: 'clients', resource: 'record', params: { id: key } });
const cacheKey = (key: string): CacheKey => ({ supplierId, ...named(key) });

/** This package's cache as values by key. In a page that has just opened it, memory holds none of them. */
export const openOursCached: OpenStore = async (name) => {
  const dashboard = await openOursCache(name, memoryBytes);
  const { cache } = dashboard;
  const get = async (key: string) => (await cache.get<ClientRecord>(cacheKey(key)))?.data;
  const readMany = async (keys: string[]): Promise<ReadableValues> => {
    const found = await Promise.all(keys.map(get));
    const values = new Map<string, ClientRecord>();
    for (const [place, key] of keys.entries()) {
      const value = found[place];
      if (value) values.set(key, value);
    }
    return values;
  };
  const count = () => countOf(dashboard);
  // Its database is opened by the first call.
  await get('');
  return {
    async set({ key, value }) {
      durable(await cache.set(cacheKey(key), value, { ttl }));
    },
    async setMany(entries) {
      const all = [];
      for (let first = 0; first < entries.length; first += together) {
        const some = entries.slice(first, first + together);
        const kept = some.map(({ key, value }) => ({ ...named(key), data: value, ttl }));
        all.push(cache.warmCache(supplierId, kept));
      }
      for (const written of await Promise.all(all)) durable(written);
    },
    get,
    readMany,
    readAll: async () => readMany(Array.from({ length: await count() }, (_, n) => keyOf(n))),
    count,
    close: () => void dashboard.close(),
  };
};

function durable({ disk }: { disk: boolean }): void {
  if (!disk) throw new Error('The disk did not take it.');
}

/** Counters of tags lie beside the entries. */
async function countOf(dashboard: Dashboard): Promise<number> {
  const all = await recordsOf(dashboard, 'cache').all();
  return [...all.keys()].filter((name) => name.startsWith('e')).length;
}
