import { createDashboard } from '@wedsync/dashboard';
import { recordsOf } from '@wedsync/dashboard/internal';
import { deleteDatabase } from '../indexeddb.js';
import type { OpenStore, ValueStore } from '../store.js';
import type { ClientRecord } from '../values.js';

/** This package's store, in the database of derived values: relaxed, as the peers' are. */
export const openOurs: OpenStore = async (name) => {
  const { store, open } = await storeOf(name);
  await open();
  return store;
};

/** The same; its database is opened by the first call, as it is for an application. */
export const openOursAtFirstCall: OpenStore = async (name) => (await storeOf(name)).store;

async function storeOf(name: string): Promise<{ store: ValueStore; open: () => Promise<unknown> }> {
  // A project of its own is what a database of its own is to the others.
  const dashboard = await createDashboard({ url: `https://${name}.example`, key: 'key' });
  const records = recordsOf(dashboard, 'cache');
  const store: ValueStore = {
    set: ({ key, value }) => records.write([[key, value]]),
    setMany: (entries) => records.write(entries.map(({ key, value }) => [key, value])),
    get: (key) => records.get(key) as Promise<ClientRecord | undefined>,
    async readAll() {
      const all = await records.all();
      return { size: all.size, get: (key) => all.get(key) as ClientRecord | undefined };
    },
    async settle() {
      const live = (await records.all()).size * 1_100;
      for (let waited = 0; waited < 60_000; waited += 250) {
        const { databases } = await dashboard.store.space();
        if (databases.cache < 2 * live) return;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      throw new Error('The log was not compacted within a minute.');
    },
    count: async () => (await records.all()).size,
    close: () => void dashboard.close(),
  };
  return { store, open: () => records.get('') };
}

/** Removes all that a project of this name has left. */
export async function deleteOurs(name: string): Promise<void> {
  const found = await indexedDB.databases();
  const ours = found
    .flatMap((database) => database.name ?? [])
    .filter((of) => of.includes(`${name}.example`));
  await Promise.all(ours.map(deleteDatabase));
}
