import { answer, complete, openDatabase } from '../indexeddb.js';
import { mutations } from './mutation.js';
import { endpointOf, FakeTransport, requestInit } from './transport.js';

const store = 'segments';
const mutationsInSegment = 100;
const inFlight = 6;

/** A mutation as it waits: with its table and id beside it, its text need not be parsed to be sent. */
interface Packed {
  table: string;
  id: string;
  body: string;
}

/**
 * The physical limit of draining: mutations packed into segments of a hundred, all read at once, sent with six
 * requests in flight, and all segments deleted in one transaction.
 */
export async function openPackedQueue(name: string) {
  const database = await openDatabase(name, (created) =>
    created.createObjectStore(store, { autoIncrement: true }),
  );
  const transport = new FakeTransport();
  return {
    async clear(keepBodies = false) {
      transport.clear(keepBodies);
      const transaction = database.transaction(store, 'readwrite');
      transaction.objectStore(store).clear();
      await complete(transaction);
    },
    async fill(count: number) {
      const transaction = database.transaction(store, 'readwrite');
      const segments = transaction.objectStore(store);
      const packed = mutations(0, count).map((value) => ({
        table: value.table,
        id: value.id,
        body: JSON.stringify(value),
      }));
      for (let at = 0; at < count; at += mutationsInSegment)
        segments.put(packed.slice(at, at + mutationsInSegment));
      await complete(transaction);
    },
    async drain() {
      const started = performance.now();
      const segments = await answer<Packed[][]>(database.transaction(store).objectStore(store).getAll());
      const waiting = segments.flat();
      let next = 0;
      const send = async () => {
        while (next < waiting.length) {
          const { table, id, body } = waiting[next++] as Packed;
          const { ok } = await transport.fetch(endpointOf(table), requestInit(id, body));
          if (!ok) throw new Error('The transport refused a mutation.');
        }
      };
      await Promise.all(Array.from({ length: inFlight }, send));
      const transaction = database.transaction(store, 'readwrite', { durability: 'strict' });
      transaction.objectStore(store).clear();
      await complete(transaction);
      return performance.now() - started;
    },
    async count() {
      const segments = await answer<Packed[][]>(database.transaction(store).objectStore(store).getAll());
      return segments.flat().length;
    },
    sent: () => transport.sent(),
    close: () => database.close(),
  };
}
