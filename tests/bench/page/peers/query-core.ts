import { createAsyncStoragePersister } from '@tanstack/query-async-storage-persister';
import { hashKey, QueryClient } from '@tanstack/query-core';
import {
  type AsyncStorage,
  experimental_createQueryPersister,
  type PersistQueryClientRootOptions,
  persistQueryClientRestore,
  persistQueryClientSave,
} from '@tanstack/query-persist-client-core';
import { createStore, del, entries, get, keys, set, setMany } from 'idb-keyval';
import type { OpenStore } from '../store.js';
import type { ClientRecord, Entry } from '../values.js';

/** A client without timers: its documentation asks for a `gcTime` that outlives what is persisted. */
export function newQueryClient(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { gcTime: Number.POSITIVE_INFINITY } } });
}

/** Keys as its documentation has them: what is invalidated together begins alike. */
export function queryKeyOf(key: string): [string, string] {
  return ['clients', key];
}

/**
 * The whole client as one item, as its documentation describes for an asynchronous storage: the async-storage persister
 * over idb-keyval, saved by `persistQueryClientSave` at the moment that the data is there, restored by
 * `persistQueryClientRestore`. Without the throttle, whose default second would be what is measured. (The persister
 * over idb-keyval that the documentation shows besides keeps objects instead of JSON: as fast in Chromium, several times
 * slower in Firefox.)
 */
export const openWholeClient: OpenStore = async (name) => {
  const { storage, database } = await openStorage(name);
  const persister = createAsyncStoragePersister({ storage, throttleTime: 0 });
  const client = newQueryClient();
  const save = () => persistQueryClientSave({ queryClient: asPersisted(client), persister });
  const restored = async () => {
    const fresh = newQueryClient();
    await persistQueryClientRestore({ queryClient: asPersisted(fresh), persister });
    return fresh;
  };
  return {
    set({ key, value }) {
      client.setQueryData(queryKeyOf(key), value);
      return save();
    },
    setMany(values) {
      for (const { key, value } of values) client.setQueryData(queryKeyOf(key), value);
      return save();
    },
    get: async (key) => (await restored()).getQueryData(queryKeyOf(key)),
    readAll: async () => readable(await restored()),
    count: async () => (await restored()).getQueryCache().getAll().length,
    close: () => database.close(),
  };
};

/**
 * Each query as an item of its own, by `experimental_createQueryPersister`. What `setQueryData` writes it persists only
 * when told to, as its documentation says; of its utilities for that, the one that is given the query is used: the one
 * that is given the key walks through all queries.
 */
export const openEachQuery: OpenStore = async (name) => {
  const { storage, database, store } = await openStorage(name);
  const persister = experimental_createQueryPersister({ storage });
  const client = newQueryClient();
  const persist = ({ key, value }: Entry, { persistQuery }: Pick<typeof persister, 'persistQuery'>) => {
    const queryKey = queryKeyOf(key);
    client.setQueryData(queryKey, value);
    const query = client.getQueryCache().get(hashKey(queryKey));
    return persistQuery(query as unknown as Parameters<typeof persistQuery>[0]);
  };
  return {
    set: (entry) => persist(entry, persister),
    // It has no way to persist many at once. Nothing that is timed does this: it only fills.
    async setMany(values) {
      const items: [string, string][] = [];
      const collect = (key: string, value: string) => items.push([key, value]);
      const collecting = experimental_createQueryPersister({ storage: { ...storage, setItem: collect } });
      for (const entry of values) await persist(entry, collecting);
      await setMany(items, store);
    },
    get: (key) => persister.retrieveQuery<ClientRecord>(hashKey(queryKeyOf(key))),
    async readAll() {
      const fresh = newQueryClient();
      await persister.restoreQueries(asPersisted(fresh));
      return readable(fresh);
    },
    count: async () => (await keys(store)).length,
    close: () => database.close(),
  };
};

/** idb-keyval as the persisters take it. */
async function openStorage(name: string) {
  const store = createStore(name, 'values');
  const database = await store('readonly', ({ transaction }) => Promise.resolve(transaction.db));
  const storage: AsyncStorage<string> = {
    getItem: (key) => get<string>(key, store),
    setItem: (key, value) => set(key, value, store),
    removeItem: (key) => del(key, store),
    entries: () => entries<string, string>(store),
  };
  return { store, database, storage };
}

function readable(client: QueryClient) {
  return {
    size: client.getQueryCache().getAll().length,
    get: (key: string) => client.getQueryData<ClientRecord>(queryKeyOf(key)),
  };
}

/** The persisters ask for an older release of query-core: two in the types, and one in the bundle, as an app has it. */
function asPersisted(client: QueryClient) {
  return client as unknown as PersistQueryClientRootOptions['queryClient'];
}
