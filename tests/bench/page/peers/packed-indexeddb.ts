import { answer, complete, openDatabase } from '../indexeddb.js';
import type { OpenStore } from '../store.js';
import type { ClientRecord, Entry } from '../values.js';

const store = 'segments';
const valuesInSegment = 100;

/** Values that share a record. As one JSON text they are stored and read faster than as so many objects. */
interface Segment {
  keys: string[];
  values: string;
}

/**
 * The least that many values cost: packed into segments of a hundred, with the place of each kept in memory. Segments
 * are only appended; nothing removes what a later one replaces.
 */
export const openPackedIndexedDb: OpenStore = async (name) => {
  const database = await openDatabase(name, (fresh) => fresh.createObjectStore(store));
  const places = new Map<string, { segment: number; place: number }>();
  let segments = await answer(database.transaction(store).objectStore(store).count());
  const readSegments = () => answer<Segment[]>(database.transaction(store).objectStore(store).getAll());
  const append = (entries: Entry[]) => {
    const transaction = database.transaction(store, 'readwrite', { durability: 'relaxed' });
    const records = transaction.objectStore(store);
    for (let at = 0; at < entries.length; at += valuesInSegment) {
      const packed = entries.slice(at, at + valuesInSegment);
      for (const [place, { key }] of packed.entries()) places.set(key, { segment: segments, place });
      const segment: Segment = {
        keys: packed.map(({ key }) => key),
        values: JSON.stringify(packed.map(({ value }) => value)),
      };
      records.put(segment, segments);
      segments += 1;
    }
    return complete(transaction);
  };
  return {
    set: (entry) => append([entry]),
    setMany: append,
    async get(key) {
      const found = places.get(key);
      if (!found) return undefined;
      const records = database.transaction(store).objectStore(store);
      const { values } = await answer<Segment>(records.get(found.segment));
      return JSON.parse(values)[found.place];
    },
    async readAll() {
      const all = new Map<string, ClientRecord>();
      for (const { keys, values } of await readSegments()) {
        const parsed: ClientRecord[] = JSON.parse(values);
        for (const [place, key] of keys.entries()) all.set(key, parsed[place] as ClientRecord);
      }
      return all;
    },
    count: async () => (await readSegments()).reduce((sum, { keys }) => sum + keys.length, 0),
    close: () => database.close(),
  };
};
