import { digest } from '../digest.js';
import { deleteDatabase, freshName } from '../indexeddb.js';
import { loadPeer } from '../load.js';
import { openPackedIndexedDb } from '../peers/packed-indexeddb.js';
import { openRawIndexedDb } from '../peers/raw-indexeddb.js';
import type { MakeSides, Side } from '../side.js';
import type { OpenStore, ReadableValues } from '../store.js';
import { entries, keyOf } from '../values.js';

export const makeSides: MakeSides = async (_, { amount }) => {
  const { openIdbKeyval } = await loadPeer('idb-keyval', () => import('../peers/idb-keyval.js'));
  const { openDexie } = await loadPeer('dexie', () => import('../peers/dexie.js'));
  const { openWholeClient } = await loadPeer('@tanstack/query-core', () => import('../peers/query-core.js'));
  const count = amount(10_000);
  const side = (role: Side['role'], name: string, open: OpenStore) => coldReading(role, name, open, count);
  return [
    side('peer', 'idb-keyval', openIdbKeyval),
    side('peer', 'dexie', openDexie),
    side('peer', '@tanstack/query-core, persisted whole', openWholeClient),
    side('limit', 'packed IndexedDB', openPackedIndexedDb),
    side('aside', 'IndexedDB, a record a value', openRawIndexedDb),
  ];
};

function coldReading(role: Side['role'], name: string, open: OpenStore, count: number): Side {
  const database = freshName();
  const read = async (): Promise<{ ms: number; values: ReadableValues }> => {
    const started = performance.now();
    const store = await open(database);
    const values = await store.readAll();
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
      store.close();
    },
    round: async () => (await read()).ms,
    async result() {
      const { values } = await read();
      const found = entries(0, count).map(({ key }) => values.get(key));
      return { count: values.size, digest: await digest(found), first: found[0] };
    },
    close: () => deleteDatabase(database),
  };
}
