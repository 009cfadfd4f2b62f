import { Dexie, type Table } from 'dexie';
import type { OpenStore } from '../store.js';
import type { ClientRecord, Entry } from '../values.js';

/**
 * As its documentation says: a table whose key is a property of its rows and with no index besides, `bulkPut`, which
 * does not listen to every single request, and `toArray`, which reads by `getAll`.
 */
export const openDexie: OpenStore = async (name) => {
  const database = new Dexie(name);
  database.version(1).stores({ entries: 'key' });
  const rows: Table<Entry, string> = database.table('entries');
  await database.open();
  return {
    async set(entry) {
      await rows.put(entry);
    },
    async setMany(entries) {
      await rows.bulkPut(entries);
    },
    get: async (key) => (await rows.get(key))?.value,
    readAll: async () => new Map((await rows.toArray()).map(({ key, value }) => [key, value])),
    async readMany(keys) {
      const found = await rows.bulkGet(keys);
      return new Map(keys.map((key, place) => [key, found[place]?.value as ClientRecord]));
    },
    count: () => rows.count(),
    close: () => database.close(),
  };
};
