import { digest } from '../digest.js';
import { loadOurs, loadPeer } from '../load.js';
import { nowAndThen } from '../now-and-then.js';
import { openPackedIndexedDb } from '../peers/packed-indexeddb.js';
import { openRawIndexedDb } from '../peers/raw-indexeddb.js';
import type { MakeSides, Side } from '../side.js';
import { comeToRest, type OpenStore, type ValueStore, withFreshStore } from '../store.js';
import { type Entry, entries } from '../values.js';

export interface Parameters {
  /** `one by one`: the time of one value, each written once the one before it was; `together`: the time of all. */
  how: 'one by one' | 'together';
}

export const makeSides: MakeSides<Parameters> = async ({ how }, { amount }) => {
  const { openIdbKeyval } = await loadPeer('idb-keyval', () => import('../peers/idb-keyval.js'));
  const { openDexie } = await loadPeer('dexie', () => import('../peers/dexie.js'));
  const { openEachQuery, openWholeClient } = await loadPeer(
    '@tanstack/query-core',
    () => import('../peers/query-core.js'),
  );
  const { openOursCached } = await loadOurs(() => import('../peers/ours-cached.js'));
  const values = entries(0, how === 'together' ? amount(10_000) : amount(100));
  const side = (role: Side['role'], name: string, open: OpenStore) => writing(role, name, open, how, values);
  const libraries = [
    side('ours', '@wedsync/dashboard', openOursCached),
    side('peer', 'idb-keyval', openIdbKeyval),
    side('peer', 'dexie', openDexie),
  ];
  return how === 'together'
    ? [
        ...libraries,
        side('peer', '@tanstack/query-core, persisted whole', openWholeClient),
        side('limit', 'packed IndexedDB', openPackedIndexedDb),
        nowAndThen(side('aside', 'IndexedDB, a record a value', openRawIndexedDb)),
      ]
    : [
        ...libraries,
        side('peer', '@tanstack/query-core, persisted by query', openEachQuery),
        side('limit', 'IndexedDB', openRawIndexedDb),
      ];
};

export function writing(
  role: Side['role'],
  name: string,
  open: OpenStore,
  how: Parameters['how'],
  values: Entry[],
): Side {
  const write = async (store: ValueStore): Promise<number> => {
    await comeToRest();
    const started = performance.now();
    if (how === 'together') await store.setMany(values);
    else for (const entry of values) await store.set(entry);
    const ms = performance.now() - started;
    const stored = await store.count();
    if (stored !== values.length) throw new Error(`${name} stored ${stored} of ${values.length} values.`);
    return ms;
  };
  return {
    role,
    name,
    async round() {
      const ms = await withFreshStore(open, write);
      return how === 'together' ? ms : ms / values.length;
    },
    result: () =>
      withFreshStore(open, async (store) => {
        await write(store);
        const stored = await store.readAll();
        const found = values.map(({ key }) => stored.get(key));
        return { count: stored.size, digest: await digest(found), first: found[0] };
      }),
  };
}
