import { answer, complete, openDatabase } from '../indexeddb.js';
import type { OpenStore } from '../store.js';
import type { ClientRecord, Entry } from '../values.js';

const store = 'values';

/** IndexedDB with nothing between, a record a value. Relaxed: `complete` means that the operating system has it. */
export const openRawIndexedDb: OpenStore = async (name) => {
  const database = await openDatabase(name, (fresh) => fresh.createObjectStore(store));
  const read = () => database.transaction(store).objectStore(store);
  const write = (entries: Entry[]) => {
    const transaction = database.transaction(store, 'readwrite', { durability: 'relaxed' });
    const records = transaction.objectStore(store);
    for (const { key, value } of entries) records.put(value, key);
    return complete(transaction);
  };
  return {
    set: (entry) => write([entry]),
    setMany: write,
    get: (key) => answer<ClientRecord | undefined>(read().get(key)),
    async readAll() {
      const records = read();
      const [keys, values] = await Promise.all([
        answer(records.getAllKeys()),
        answer<ClientRecord[]>(records.getAll()),
      ]);
      return new Map(keys.map((key, place) => [String(key), values[place] as ClientRecord]));
    },
    count: () => answer(read().count()),
    close: () => database.close(),
  };
};
