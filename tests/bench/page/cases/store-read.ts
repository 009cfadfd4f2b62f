import { digest } from '../digest.js';
import { freshName } from '../indexeddb.js';
import { loadPeer } from '../load.js';
import { openOursAtFirstCall } from '../peers/ours-store.js';
import { openPackedIndexedDb } from '../peers/packed-indexeddb.js';
import { openRawIndexedDb } from '../peers/raw-indexeddb.js';
import type { MakeSides, Side } from '../side.js';
import { deleteStore, type OpenStore, type ReadableValues, type ValueStore } from '../store.js';
import { entries, keyOf, scattered } from '../values.js';

interface Parameters {
  /** How the peers read: `bulk`, the values of 10,000 keys; `all`, everything there is. */
  peersRead: 'bulk' | 'all';
  /** So many updates of single values before, a hundred at a time. */
  updates: number;
}

export const makeSides: MakeSides<Parameters> = async ({ peersRead, updates }, { amount }) => {
  const { openIdbKeyval } = await loadPeer('idb-keyval', () => import('../peers/idb-keyval.js'));
  const { openDexie } = await loadPeer('dexie', () => import('../peers/dexie.js'));
  const count = amount(10_000);
  const side = (role: Side['role'], name: string, open: OpenStore) =>
    reading(role, name, open, { count, updates: amount(updates), isBulk: peersRead === 'bulk' });
  const libraries = [
    side('ours', '@wedsync/dashboard', openOursAtFirstCall),
    side('peer', `idb-keyval${peersRead === 'bulk' ? ' getMany' : ''}`, openIdbKeyval),
    side('peer', `dexie${peersRead === 'bulk' ? ' bulkGet' : ''}`, openDexie),
  ];
  // What packing alone takes is the limit of a bulk read; a plain getAll is what everything is held against.
  return peersRead === 'bulk'
    ? [...libraries, side('limit', 'packed IndexedDB', openPackedIndexedDb)]
    : [...libraries, side('limit', 'IndexedDB, getAll of a record a value', openRawIndexedDb)];
};

interface Amounts {
  count: number;
  updates: number;
  isBulk: boolean;
}

const updatesTogether = 100;

export function reading(
  role: Side['role'],
  name: string,
  open: OpenStore,
  { count, updates, isBulk }: Amounts,
): Side {
  const database = freshName();
  const keys = Array.from({ length: count }, (_, n) => keyOf(n));
  const readFrom = (store: ValueStore) => (isBulk && store.readMany ? store.readMany(keys) : store.readAll());
  const read = async (): Promise<{ ms: number; values: ReadableValues }> => {
    const started = performance.now();
    const store = await open(database);
    const values = await readFrom(store);
    const ms = performance.now() - started;
    store.close();
    if (values.size !== count || values.get(keyOf(count - 1))?.wedding === undefined)
      throw new Error(`${name} read ${values.size} of ${count} values.`);
    return { ms, values };
  };
  return {
    role,
    name,
    async prepare() {
      const store = await open(database);
      await store.setMany(entries(0, count));
      const order = scattered(count);
      for (let done = 0; done < updates; done += updatesTogether) {
        const updated = Array.from({ length: updatesTogether }, (_, place) => {
          const [entry] = entries(order[(done + place) % count] ?? 0, 1);
          return entry ? [entry] : [];
        });
        await store.setMany(updated.flat());
      }
      if (updates > 0) await store.settle?.();
      store.close();
    },
    round: async () => (await read()).ms,
    async result() {
      const { values } = await read();
      const found = entries(0, count).map(({ key }) => values.get(key));
      return { count: values.size, digest: await digest(found), first: found[0] };
    },
    close: () => deleteStore(database),
  };
}
