import { deleteDatabase, freshName } from './indexeddb.js';
import { deleteOurs } from './peers/ours-store.js';
import type { ClientRecord, Entry } from './values.js';

/** Values by key on the disk, as the cases of the cache use them. */
export interface ValueStore {
  /** Resolves once the value is durable. */
  set(entry: Entry): Promise<void>;
  /** Resolves once all are durable. */
  setMany(entries: Entry[]): Promise<void>;
  get(key: string): Promise<ClientRecord | undefined>;
  /** Brings all values to where they can be read by key at once. */
  readAll(): Promise<ReadableValues>;
  /** Brings the values of these keys to where they can be read at once, by the library’s own bulk read. */
  readMany?(keys: string[]): Promise<ReadableValues>;
  /** Resolves once what updates have left behind is given back, where the store does that by itself. */
  settle?(): Promise<void>;
  /** How many values the disk has. */
  count(): Promise<number>;
  close(): void;
}

export interface ReadableValues {
  size: number;
  get(key: string): ClientRecord | undefined;
}

/** Opens the database of this name, or makes it; resolves once it is open. */
export type OpenStore = (name: string) => Promise<ValueStore>;

/** Lets what opening has set going end: a store at rest is what is measured. */
export function comeToRest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 300));
}

/** Removes the databases of a store that is closed, whoever it was. */
export async function deleteStore(name: string): Promise<void> {
  await Promise.all([deleteDatabase(name), deleteOurs(name)]);
}

/** Lets `work` use a store of its own that is gone afterwards. */
export async function withFreshStore<Result>(
  open: OpenStore,
  work: (store: ValueStore, name: string) => Promise<Result>,
): Promise<Result> {
  const name = freshName();
  const store = await open(name);
  try {
    return await work(store, name);
  } finally {
    store.close();
    await deleteStore(name);
  }
}
