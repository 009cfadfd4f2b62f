import { checkListener, invalid } from '../arguments.js';
import { type Client, clientOf } from '../client.js';
import { isLoaded } from '../module.js';
import {
  type CacheFetchOptions,
  type CacheKeepOptions,
  type CacheOptions,
  checkedCache,
} from '../options/cache.js';
import type { RealtimeSubscriptionManager } from '../realtime.js';
import { Calling } from './calling.js';
import { Devices } from './devices.js';
import { Executing } from './executing.js';
import { Fetchings } from './fetching.js';
import { type CacheKey, forgetKeys, type KeyText, textOf } from './key.js';
import { Remote } from './remote.js';
import { type CacheStats, statsOf } from './stats.js';
import { Table } from './table.js';
import type {
  CacheChange,
  CacheFetchContext,
  CacheResult,
  CacheSnapshot,
  CacheWarmEntry,
  CacheWritten,
} from './types.js';
import { Writing } from './writing.js';

/** The table of a manager, for those who show what is in it. */
const tables = new WeakMap<DashboardCacheManager, Table>();

/** The table of a manager. */
export function tableOf(cache: DashboardCacheManager): Table {
  return tables.get(cache) ?? new Table();
}

/**
 * Keeps what was fetched: in memory, on this device's disk and, where there is one, in a remote tier that devices share. Of what was removed
 * or made invalid nothing is given any more, on any tab or device that has heard of it.
 *
 * A dashboard has one, as `cache`.
 *
 * @example
 * ```ts
 * const { cache } = await createDashboard({ url, key, accessToken });
 * const metrics = { namespace: 'metrics', supplierId, resource: 'overview' };
 * const { data, state, age } = await cache.getOrFetch(metrics, ({ signal }) => readMetrics(supplierId, signal), {
 *   ttl: 300_000,
 *   tags: ['metrics'],
 *   dependsOn: ['clients'],
 * });
 * await cache.invalidateByTag('metrics');
 * ```
 */
export class DashboardCacheManager {
  readonly #client: Client;
  readonly #table = new Table();
  readonly #executing: Executing;
  readonly #devices: Devices;
  readonly #fetchings: Fetchings;
  readonly #calling: Calling;
  readonly #writing: Writing;

  /**
   * @param realtime the manager of the same project, whose user's values these are
   * @throws {DashboardError} `invalid_option`, `unknown_option`.
   */
  constructor(realtime: RealtimeSubscriptionManager, options: CacheOptions = {}) {
    const checked = checkedCache(options);
    this.#fetchings = new Fetchings(checked);
    this.#client = clientOf(realtime);
    const { remote, encrypt, topic } = checked;
    const asked =
      remote === undefined
        ? undefined
        : new Remote(remote, this.#client.token, (supplier) => topic(supplier) !== null);
    this.#devices = new Devices(this.#client, realtime, checked);
    this.#calling = new Calling(this.#client, this.#table, checked);
    this.#writing = new Writing(realtime, this.#calling, this.#table, this.#devices, checked);
    this.#executing = new Executing(this.#client, this.#table, asked, encrypt, ({ supplier, text }) => {
      if (supplier !== undefined) this.#devices.publish(supplier, text);
    });
    tables.set(this, this.#table);
    this.#client.tellCache = (news) => {
      if (news.name === 'clear') {
        this.#devices.forget();
        this.#writing.forget();
        forgetKeys();
      }
      this.#executing.told(news);
    };
    if (isLoaded()) this.#calling.begin(this.#client.start());
  }

  /**
   * The value of a key, if any tier has it; `null` if none has. With `params.version` it must have that version.
   *
   * @throws {DashboardError} `invalid_option`, `user_changed`, `closed`.
   */
  async get<Value = unknown>(key: CacheKey): Promise<CacheResult<Value> | null> {
    const keyed = textOf(key);
    const hit = this.#calling.hit(keyed);
    if (hit) return hit as CacheResult<Value>;
    const { text, supplier, version } = keyed;
    const found = await this.#calling.call<CacheResult<Value> | undefined>(() => (module, call) => {
      this.#devices.meet(supplier);
      module.cacheGet(call, text, supplier, version);
    });
    return found ?? null;
  }

  /**
   * The value of a key, which `fetcher` fetches if no tier has it. All who ask meanwhile, in all tabs, share one fetch. An older value is
   * given at once and fetched anew behind it; if the fetch fails, it is given as `degraded` until it has reached its greatest age.
   *
   * What was fetched before the key was set, deleted or made invalid is given to those who waited for it, and not kept.
   *
   * @param fetcher gives the value; `null` or `undefined` say that there is none
   * @throws what `fetcher` throws, and {DashboardError} `timed_out`, `invalid_option`, `unknown_option`, `user_changed`, `closed`; the reason
   * of `signal`, if that is aborted.
   */
  async getOrFetch<Value>(
    key: CacheKey,
    fetcher: (context: CacheFetchContext) => Value | PromiseLike<Value>,
    options: CacheFetchOptions = {},
  ): Promise<CacheResult<Value>> {
    const keyed = textOf(key);
    if (typeof fetcher !== 'function') throw invalid('getOrFetch takes a function as its second argument.');
    const { fetching, signal } = this.#fetchings.of(options, keyed.version);
    signal?.throwIfAborted();
    const hit = fetching.force ? undefined : this.#calling.hit(keyed);
    if (hit) return hit as CacheResult<Value>;
    const meet = () => this.#writing.meet(keyed.supplier, fetching);
    return (await this.#calling.fetch(keyed, fetcher, fetching, signal, meet)) as CacheResult<Value>;
  }

  /**
   * Sets the value of a key. Who asks from now on is given it, also before this resolves; what is being fetched for the key is not kept.
   *
   * @param data what `structuredClone` can copy, at most 50,000,000 bytes; not `undefined`
   * @returns where it has arrived
   * @throws {DashboardError} `invalid_option`, `unknown_option`, `not_cloneable`, `value_too_large`, `storage_unavailable`, `user_changed`,
   * `closed`.
   */
  set(key: CacheKey, data: unknown, options: CacheKeepOptions = {}): Promise<CacheWritten> {
    return this.#writing.set(key, data, options);
  }

  /**
   * Removes the value of a key, and ends that anything fetched before is kept under it.
   *
   * @throws {DashboardError} `remote_unavailable` if the remote tier was not reached: it is tried again; `invalid_option`,
   * `user_changed`, `closed`.
   */
  delete(key: CacheKey): Promise<CacheWritten> {
    return this.#writing.delete(key);
  }

  /**
   * Makes all values invalid that have this tag, of all suppliers or of one. It takes as long for one as for a million.
   *
   * @throws {DashboardError} as {@link delete}.
   */
  invalidateByTag(tag: string, supplierId?: string): Promise<CacheWritten> {
    return this.#writing.invalidateByTag(tag, supplierId);
  }

  /**
   * Makes all values of a supplier invalid. It takes as long for one as for a million.
   *
   * @throws {DashboardError} as {@link delete}.
   */
  invalidateSupplier(supplierId: string): Promise<CacheWritten> {
    return this.#writing.invalidateSupplier(supplierId);
  }

  /**
   * Sets many values of a supplier's at once, each with its own options: what one request has brought at sign-in, for example. Each tier gets
   * them in one batch.
   *
   * @param entries at most 1,000
   * @throws {DashboardError} as {@link set}.
   */
  warmCache(supplierId: string, entries: readonly CacheWarmEntry[]): Promise<CacheWritten> {
    return this.#writing.warm(supplierId, entries);
  }

  /**
   * What is in memory of a key, without asking anybody: for `useSyncExternalStore`. The same object until something of it changes; of a
   * key that there is nothing of always the same. Its age is brought up to date every 30 seconds while somebody is subscribed.
   *
   * @throws {DashboardError} `invalid_option`.
   */
  getSnapshot<Value = unknown>(key: CacheKey): CacheSnapshot<Value> {
    return this.#snapshot(textOf(key)) as CacheSnapshot<Value>;
  }

  /**
   * Calls `listener` with the snapshot of a key whenever it changes, until the function that is returned is called. The key is read from
   * the disk, and stays in memory meanwhile. Nothing is fetched: see {@link getOrFetch}.
   *
   * @throws {DashboardError} `invalid_option`.
   */
  subscribe<Value = unknown>(key: CacheKey, listener: (snapshot: CacheSnapshot<Value>) => void): () => void {
    const keyed = textOf(key);
    const { text, supplier } = keyed;
    checkListener('subscribe', 'second', listener);
    let last: CacheSnapshot | undefined = this.#snapshot(keyed);
    const { isFirst, end } = this.#table.listen(text, () => {
      const snapshot = this.#snapshot(keyed);
      if (snapshot === last) return;
      last = snapshot;
      listener(snapshot as CacheSnapshot<Value>);
    });
    if (isFirst) {
      // Nobody waits for it: what becomes of it is told as a snapshot.
      this.#client
        .ask(() => (module) => {
          this.#calling.begin(module);
          this.#devices.meet(supplier);
          module.cacheWatch(text, supplier);
        })
        .catch(() => {});
    }
    return () => {
      if (end()) this.#client.ask(() => (module) => module.cacheUnwatch(text)).catch(() => {});
    };
  }

  /**
   * Changes what is kept under a key when a table changes that it depends on, in place of making it invalid: `patch` is given the value and
   * the change, and returns the new value, or `undefined` if it cannot say. Until the function that is returned is called.
   *
   * The new value is kept as `options` say, which are best those of the fetch, and depends on the table in any case.
   *
   * @example
   * ```ts
   * cache.patch(pipeline, 'clients', (clients: Client[], { change }) => withChange(clients, change as PostgresChange<Client>));
   * ```
   * @throws {DashboardError} `invalid_option`, `unknown_option`.
   */
  patch<Value>(
    key: CacheKey,
    table: string,
    patch: (data: Value, change: CacheChange) => Value | undefined,
    options: CacheKeepOptions = {},
  ): () => void {
    return this.#writing.patch(key, table, patch as (data: unknown, change: CacheChange) => unknown, options);
  }

  /**
   * Says that a table of a supplier's has changed: what depends on it is invalid. Call it for changes that the application hears of by
   * itself; the option `tables` says which the cache listens to.
   *
   * @param row the key of the row, if it is known; also what depends on the whole table is invalid then
   * @throws {DashboardError} `invalid_option`.
   */
  changed(supplierId: string, table: string, row?: string, change?: unknown): void {
    this.#writing.changed(supplierId, table, row, change);
  }

  /** How often which tier had what was asked for, and what is in memory. All 0 before the first use. */
  stats(): CacheStats {
    this.#calling.tellTouched();
    return statsOf(this.#client.present?.cacheStats(), this.#table);
  }

  /** @internal */
  close(): void {
    this.#calling.close();
    this.#devices.close();
    this.#executing.close();
    this.#table.clear();
  }

  readonly #ask = (text: string): void => this.#client.present?.cacheLook(text);

  #snapshot(key: KeyText): CacheSnapshot {
    return this.#table.look(key, this.#ask);
  }
}
