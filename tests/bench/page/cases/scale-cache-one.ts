import { deleteDatabase, freshName } from '../indexeddb.js';
import { loadOurs, loadPeer } from '../load.js';
import { openPackedIndexedDb } from '../peers/packed-indexeddb.js';
import { openRawIndexedDb } from '../peers/raw-indexeddb.js';
import type { Curve, MakeSides, Side } from '../side.js';
import type { OpenStore, ValueStore } from '../store.js';
import { clientRecord, entries, keyOf } from '../values.js';

/** One write is short and varies: as many as fit in so many milliseconds, and at least three. */
const measuringTime = 30;

export const makeSides: MakeSides = async (_, { amount }) => {
  const { openIdbKeyval } = await loadPeer('idb-keyval', () => import('../peers/idb-keyval.js'));
  const { openDexie } = await loadPeer('dexie', () => import('../peers/dexie.js'));
  const { openEachQuery, openWholeClient } = await loadPeer(
    '@tanstack/query-core',
    () => import('../peers/query-core.js'),
  );
  const { openOursCached } = await loadOurs(() => import('../peers/ours-cached.js'));
  const sizes = [100, 1_000, 10_000].map(amount);
  const side = (role: Side['role'], name: string, open: OpenStore) => rewriting(role, name, open, sizes);
  return [
    side('ours', '@wedsync/dashboard', openOursCached),
    side('peer', 'idb-keyval', openIdbKeyval),
    side('peer', 'dexie', openDexie),
    side('peer', '@tanstack/query-core, persisted whole', openWholeClient),
    side('peer', '@tanstack/query-core, persisted by query', openEachQuery),
    side('limit', 'IndexedDB', openRawIndexedDb),
    side('aside', 'packed IndexedDB', openPackedIndexedDb),
  ];
};

/** Values that are there already are replaced, so that there are always as many. */
function rewriting(role: Side['role'], name: string, open: OpenStore, sizes: number[]): Side {
  const stores = new Map<number, { store: ValueStore; database: string }>();
  let version = 0;
  const writeOne = async (store: ValueStore, size: number): Promise<void> => {
    version += 1;
    const n = version % size;
    await store.set({ key: keyOf(n), value: { ...clientRecord(n), rating: version } });
  };
  return {
    role,
    name,
    async prepare() {
      for (const size of sizes) {
        const database = freshName();
        const store = await open(database);
        stores.set(size, { store, database });
        await store.setMany(entries(0, size));
      }
    },
    async round() {
      const curve: Curve = {};
      for (const [size, { store }] of stores) {
        const started = performance.now();
        let writes = 0;
        while (writes < 3 || performance.now() - started < measuringTime) {
          await writeOne(store, size);
          writes += 1;
        }
        curve[size] = (performance.now() - started) / writes;
        const written = await store.get(keyOf(version % size));
        if (written?.rating !== version) throw new Error(`${name} did not store what it was given last.`);
      }
      return curve;
    },
    async result() {
      const stored = [];
      for (const [size, { store }] of stores) {
        await writeOne(store, size);
        stored.push(await store.get(keyOf(version % size)));
      }
      return stored;
    },
    async close() {
      for (const { store, database } of stores.values()) {
        store.close();
        await deleteDatabase(database);
      }
    },
  };
}
