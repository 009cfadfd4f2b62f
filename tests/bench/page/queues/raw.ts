import { answer, complete, openDatabase } from '../indexeddb.js';
import { type Mutation, mutations } from './mutation.js';
import type { Queue } from './queue.js';

const store = 'mutations';

/**
 * The physical limit of accepting a mutation: IndexedDB alone, one record each, on the disk before it counts. What is
 * enqueued at once shares one transaction.
 */
export async function openRawQueue(
  name: string,
  enqueued: IDBTransactionDurability = 'strict',
): Promise<Queue> {
  const database = await openDatabase(name, (created) =>
    created.createObjectStore(store, { autoIncrement: true }),
  );
  const write = (values: Mutation[], durability: IDBTransactionDurability) => {
    const transaction = database.transaction(store, 'readwrite', { durability });
    const records = transaction.objectStore(store);
    for (const value of values) records.put(value);
    return complete(transaction);
  };
  return {
    async clear() {
      const transaction = database.transaction(store, 'readwrite');
      transaction.objectStore(store).clear();
      await complete(transaction);
    },
    fill: (count) => write(mutations(0, count), 'relaxed'),
    async enqueue(first, count, how) {
      const values = mutations(first, count);
      const started = performance.now();
      if (how === 'at once') await write(values, enqueued);
      else for (const value of values) await write([value], enqueued);
      return performance.now() - started;
    },
    waiting: () => answer<Mutation[]>(database.transaction(store).objectStore(store).getAll()),
    count: () => answer(database.transaction(store).objectStore(store).count()),
    drain: () => Promise.reject(new Error('Records are not the limit of draining: packed segments are.')),
    sent: () => Promise.reject(new Error('Nothing is sent from here.')),
    close: () => database.close(),
  };
}
