import { digest } from '../digest.js';
import { freshName } from '../indexeddb.js';
import { loadPeer } from '../load.js';
import { openPackedIndexedDb } from '../peers/packed-indexeddb.js';
import { openRawIndexedDb } from '../peers/raw-indexeddb.js';
import type { MakeSides, Side } from '../side.js';
import { deleteStore, type OpenStore, type ValueStore } from '../store.js';
import { type ClientRecord, entries, keyOf, scattered } from '../values.js';

export const makeSides: MakeSides = async (_, { amount }) => {
  const { openIdbKeyval } = await loadPeer('idb-keyval', () => import('../peers/idb-keyval.js'));
  const { openDexie } = await loadPeer('dexie', () => import('../peers/dexie.js'));
  const { openEachQuery } = await loadPeer('@tanstack/query-core', () => import('../peers/query-core.js'));
  const present = amount(10_000);
  const reads = amount(100);
  const side = (role: Side['role'], name: string, open: OpenStore) =>
    reading(role, name, open, present, reads);
  return [
    side('peer', 'idb-keyval', openIdbKeyval),
    side('peer', 'dexie', openDexie),
    side('peer', '@tanstack/query-core, persisted by query', openEachQuery),
    side('limit', 'IndexedDB', openRawIndexedDb),
    side('aside', 'packed IndexedDB', openPackedIndexedDb),
  ];
};

export function reading(
  role: Side['role'],
  name: string,
  open: OpenStore,
  present: number,
  reads: number,
): Side {
  const database = freshName();
  const order = scattered(present);
  let store: ValueStore;
  let next = 0;
  /** Other keys each time: none of the sides keeps what it has read, and the browser has not read it lately. */
  const read = async (): Promise<{ ms: number; values: ClientRecord[] }> => {
    const keys = Array.from({ length: reads }, (_, place) => keyOf(order[(next + place) % present] ?? 0));
    next += reads;
    const values: (ClientRecord | undefined)[] = [];
    const started = performance.now();
    for (const key of keys) values.push(await store.get(key));
    const ms = performance.now() - started;
    const found = values.filter((value) => value !== undefined);
    if (found.length !== reads) throw new Error(`${name} found ${found.length} of ${reads} values.`);
    return { ms, values: found };
  };
  return {
    role,
    name,
    async prepare() {
      const filled = await open(database);
      await filled.setMany(entries(0, present));
      store = filled;
    },
    round: async () => (await read()).ms / reads,
    async result() {
      const { values } = await read();
      return { count: values.length, digest: await digest(values), first: values[0] };
    },
    async close() {
      store?.close();
      await deleteStore(database);
    },
  };
}
