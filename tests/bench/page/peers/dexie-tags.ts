import { Dexie, type Table } from 'dexie';
import { deleteDatabase, freshName } from '../indexeddb.js';
import type { OpenTaggedCache, TaggedEntry } from '../tagged-cache.js';

/** As its documentation says of several values a row: a multi-entry index, and what it finds deleted as one collection. */
export const openDexieTags: OpenTaggedCache = async () => {
  const name = freshName();
  const database = new Dexie(name);
  database.version(1).stores({ entries: 'key, *tags' });
  const rows: Table<TaggedEntry, string> = database.table('entries');
  await database.open();
  return {
    async fill(entries) {
      await rows.bulkPut(entries);
    },
    async invalidate(tag) {
      await rows.where('tags').equals(tag).delete();
    },
    isValid: async ({ key }) => (await rows.get(key)) !== undefined,
    async close() {
      database.close();
      await deleteDatabase(name);
    },
  };
};
