import { createStore, entries, get, getMany, keys, set, setMany } from 'idb-keyval';
import type { OpenStore } from '../store.js';
import type { ClientRecord } from '../values.js';

/**
 * As its README says: `setMany` because it “is faster than calling `set` multiple times”, `entries` for everything,
 * and a custom store, so that each round has a database of its own.
 */
export const openIdbKeyval: OpenStore = async (name) => {
  const store = createStore(name, 'values');
  // It opens with the first use and offers no way to close: both are done through the transaction of a use.
  const database = await store('readonly', ({ transaction }) => Promise.resolve(transaction.db));
  return {
    set: ({ key, value }) => set(key, value, store),
    setMany: (values) =>
      setMany(
        values.map(({ key, value }) => [key, value]),
        store,
      ),
    get: (key) => get<ClientRecord>(key, store),
    readAll: async () => new Map(await entries<string, ClientRecord>(store)),
    async readMany(names) {
      const values = await getMany<ClientRecord>(names, store);
      return new Map(names.map((key, place) => [key, values[place] as ClientRecord]));
    },
    count: async () => (await keys(store)).length,
    close: () => database.close(),
  };
};
