import type { Client } from './client.js';
import type { StoreDatabase } from './stored.js';

/** What is stored of a value (`src/shell/store/encode.js`): the text of its JSON, or an array around a clone. */
type Stored = string | [unknown];

/** One that is written: `expires` is when it may be the first to go for space, in milliseconds of the wall clock. */
export type Written = [key: string, value: unknown, expires?: number];

/** Values by key in the user's databases: what the cache, the queue and the event log stand on. */
export class Records {
  readonly #client: Client;
  readonly #database: StoreDatabase;

  constructor(client: Client, database: StoreDatabase) {
    this.#client = client;
    this.#database = database;
  }

  /**
   * Writes all of these or none; `[key]` removes. Values are taken as they are at the call.
   *
   * @returns once they are durable
   * @throws {DashboardError} `not_cloneable`, `not_durable`, `storage_full`, `storage_unavailable`, `newer_build`,
   * `user_changed`, `wiped`, `closed`.
   */
  write(entries: (Written | [key: string])[]): Promise<void> {
    if (entries.length === 0) return Promise.resolve();
    return this.#client.call(() => (client, call) => client.storeWrite(call, this.#database, entries));
  }

  /**
   * The value of a key; `undefined` if there is none.
   *
   * @throws {DashboardError} `storage_unavailable`, `user_changed`, `wiped`, `closed`.
   */
  async get(key: string): Promise<unknown> {
    const stored = await this.#client.call<Stored | undefined>(
      () => (client, call) => client.storeGet(call, this.#database, key),
    );
    return stored === undefined ? undefined : decoded(stored);
  }

  /**
   * All values by their keys, in the order in which they were written. A value is read when it is asked for.
   *
   * @throws {DashboardError} As {@link get}.
   */
  async all(): Promise<StoredValues> {
    const stored = await this.#client.call<[string, Stored][]>(
      () => (client, call) => client.storeAll(call, this.#database),
    );
    return new StoredValues(new Map(stored));
  }
}

/** Values that are read when they are asked for. */
export class StoredValues {
  readonly #stored: Map<string, Stored>;

  constructor(stored: Map<string, Stored>) {
    this.#stored = stored;
  }

  get size(): number {
    return this.#stored.size;
  }

  keys(): IterableIterator<string> {
    return this.#stored.keys();
  }

  /** A value of its own each time. */
  get(key: string): unknown {
    const stored = this.#stored.get(key);
    return stored === undefined ? undefined : decoded(stored);
  }
}

function decoded(stored: Stored): unknown {
  return typeof stored === 'string' ? JSON.parse(stored) : structuredClone(stored[0]);
}
