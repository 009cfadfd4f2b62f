import { digest } from '../digest.js';
import { freshName } from '../indexeddb.js';
import { loadPeer } from '../load.js';
import { openOurs } from '../peers/ours-store.js';
import { openRawIndexedDb } from '../peers/raw-indexeddb.js';
import type { MakeSides, Side } from '../side.js';
import { comeToRest, deleteStore, type OpenStore } from '../store.js';
import { type ClientRecord, entries, keyOf } from '../values.js';

/** More than any side keeps in memory, in a quick run too. */
const present = 10_000;

export const makeSides: MakeSides = async (_, { amount }) => {
  const { openIdbKeyval } = await loadPeer('idb-keyval', () => import('../peers/idb-keyval.js'));
  const { openDexie } = await loadPeer('dexie', () => import('../peers/dexie.js'));
  const reads = amount(50);
  const side = (role: Side['role'], name: string, open: OpenStore) => reading(role, name, open, reads);
  return [
    side('ours', '@wedsync/dashboard', openOurs),
    side('peer', 'idb-keyval', openIdbKeyval),
    side('peer', 'dexie', openDexie),
    side('limit', 'IndexedDB', openRawIndexedDb),
  ];
};

/**
 * Each round opens the store anew and reads values of the half that was written first, far from each other: of what was
 * read last some is kept in memory, and of a segment that is read for one value the others are. Each takes a transaction.
 */
export function reading(role: Side['role'], name: string, open: OpenStore, reads: number): Side {
  const database = freshName();
  const apart = Math.floor(present / 2 / reads);
  let round = 0;
  const read = async (): Promise<{ ms: number; values: ClientRecord[] }> => {
    const store = await open(database);
    await comeToRest();
    round += 1;
    const keys = Array.from({ length: reads }, (_, place) =>
      // A prime: in another order than they were written in.
      keyOf(((place * 31) % reads) * apart + ((round * 7) % apart)),
    );
    const values: (ClientRecord | undefined)[] = [];
    const transactions = countTransactions();
    const started = performance.now();
    for (const key of keys) values.push(await store.get(key));
    const ms = performance.now() - started;
    const begun = transactions.end();
    store.close();
    // The others keep nothing in memory.
    if (role === 'ours' && begun < reads)
      throw new Error(`${name} read ${reads} values in ${begun} transactions.`);
    const found = values.filter((value) => value !== undefined);
    if (found.length !== reads) throw new Error(`${name} found ${found.length} of ${reads} values.`);
    return { ms, values: found };
  };
  return {
    role,
    name,
    async prepare() {
      const store = await open(database);
      await store.setMany(entries(0, present));
      store.close();
    },
    round: async () => (await read()).ms / reads,
    async result() {
      round = 0;
      const { values } = await read();
      return { count: values.length, digest: await digest(values), first: values[0] };
    },
    close: () => deleteStore(database),
  };
}

/** How many transactions are begun in this page until `end`. */
function countTransactions(): { end: () => number } {
  const { transaction } = IDBDatabase.prototype;
  let begun = 0;
  IDBDatabase.prototype.transaction = function (...given) {
    begun += 1;
    return transaction.apply(this, given);
  };
  return {
    end() {
      IDBDatabase.prototype.transaction = transaction;
      return begun;
    },
  };
}
