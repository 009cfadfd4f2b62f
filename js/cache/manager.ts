import { checkListener, invalid, isText } from '../arguments.js';
import { type Client, clientOf } from '../client.js';
import { isLoaded } from '../module.js';
import {
  type CacheFetchOptions,
  type CacheKeepOptions,
  type CacheOptions,
  type CheckedCache,
  type CheckedFetching,
  type CheckedKeeping,
  checkedCache,
  checkedKeeping,
} from '../options/cache.js';
import { isObject } from '../options/check.js';
import type { RealtimeSubscriptionManager } from '../realtime.js';
import type { RealtimeClient } from '../wedsync_dashboard.js';
import { Devices } from './devices.js';
import { Executing } from './executing.js';
import { Fetchings } from './fetching.js';
import { type CacheKey, forgetKeys, type KeyText, textOf } from './key.js';
import { Locks } from './locks.js';
import { Patches } from './patches.js';
import { Remote } from './remote.js';
import { type CacheStats, statsOf } from './stats.js';
import { Table } from './table.js';
import { Tables } from './tables.js';
import type {
  CacheChange,
  CacheFetchContext,
  CacheResult,
  CacheSnapshot,
  CacheWarmEntry,
  CacheWritten,
} from './types.js';

/** The most values that `warmCache` takes at once. */
const MOST_WARM = 1_000;
/** Milliseconds until it is told which values were given. */
const TOUCHES = 1_000;

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
  readonly #options: CheckedCache;
  readonly #table = new Table();
  readonly #executing: Executing;
  readonly #devices: Devices;
  readonly #tables: Tables;
  readonly #patches = new Patches();
  readonly #fetchings: Fetchings;
  #begun: RealtimeClient | undefined;
  #touching: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param realtime the manager of the same project, whose user's values these are
   * @throws {DashboardError} `invalid_option`, `unknown_option`.
   */
  constructor(realtime: RealtimeSubscriptionManager, options: CacheOptions = {}) {
    this.#options = checkedCache(options);
    this.#fetchings = new Fetchings(this.#options);
    this.#client = clientOf(realtime);
    const { remote, encrypt, topic } = this.#options;
    const asked =
      remote === undefined
        ? undefined
        : new Remote(remote, this.#client.token, (supplier) => topic(supplier) !== null);
    this.#devices = new Devices(this.#client, realtime, this.#options);
    this.#tables = new Tables(
      realtime,
      this.#options,
      (supplier, change) => this.#changed(supplier, change),
      (supplier, table) => this.#missed(supplier, table),
    );
    this.#executing = new Executing(this.#client, this.#table, asked, encrypt, ({ supplier, text }) => {
      if (supplier !== undefined) this.#devices.publish(supplier, text);
    });
    tables.set(this, this.#table);
    this.#client.tellCache = (news) => {
      if (news.name === 'clear') {
        this.#devices.forget();
        this.#tables.forget();
        this.#patches.forget();
        forgetKeys();
      }
      this.#executing.told(news);
    };
    if (isLoaded()) this.#begin(this.#client.start());
  }

  /**
   * The value of a key, if any tier has it; `null` if none has. With `params.version` it must have that version.
   *
   * @throws {DashboardError} `invalid_option`, `user_changed`, `closed`.
   */
  async get<Value = unknown>(key: CacheKey): Promise<CacheResult<Value> | null> {
    const keyed = textOf(key);
    const hit = this.#hit(keyed);
    if (hit) return hit as CacheResult<Value>;
    const { text, supplier, version } = keyed;
    const found = await this.#call<CacheResult<Value> | undefined>(() => (module, call) => {
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
    const hit = fetching.force ? undefined : this.#hit(keyed);
    return (hit ?? (await this.#fetch(keyed, fetcher, fetching, signal))) as CacheResult<Value>;
  }

  /**
   * Sets the value of a key. Who asks from now on is given it, also before this resolves; what is being fetched for the key is not kept.
   *
   * @param data what `structuredClone` can copy, at most 50,000,000 bytes; not `undefined`
   * @returns where it has arrived
   * @throws {DashboardError} `invalid_option`, `unknown_option`, `not_cloneable`, `value_too_large`, `storage_unavailable`, `user_changed`,
   * `closed`.
   */
  async set(key: CacheKey, data: unknown, options: CacheKeepOptions = {}): Promise<CacheWritten> {
    const keyed = textOf(key);
    return this.#set([this.#entry('set', keyed, data, options)]);
  }

  /**
   * Removes the value of a key, and ends that anything fetched before is kept under it.
   *
   * @throws {DashboardError} `remote_unavailable` if the remote tier was not reached: it is tried again; `invalid_option`,
   * `user_changed`, `closed`.
   */
  async delete(key: CacheKey): Promise<CacheWritten> {
    const { text, supplier } = textOf(key);
    return this.#call(() => (module, call) => {
      this.#devices.meet(supplier);
      module.cacheDelete(call, text, supplier);
    });
  }

  /**
   * Makes all values invalid that have this tag, of all suppliers or of one. It takes as long for one as for a million.
   *
   * @throws {DashboardError} as {@link delete}.
   */
  async invalidateByTag(tag: string, supplierId?: string): Promise<CacheWritten> {
    if (!isText(tag) || tag.length > 200) {
      throw invalid('invalidateByTag takes a tag as its first argument: a string of 1 to 200 characters.');
    }
    if (supplierId !== undefined) checkSupplier('invalidateByTag', 'second', supplierId);
    return this.#call(() => (module, call) => module.cacheInvalidate(call, [tag], supplierId));
  }

  /**
   * Makes all values of a supplier invalid. It takes as long for one as for a million.
   *
   * @throws {DashboardError} as {@link delete}.
   */
  async invalidateSupplier(supplierId: string): Promise<CacheWritten> {
    checkSupplier('invalidateSupplier', 'first', supplierId);
    return this.#call(() => (module, call) => {
      this.#devices.meet(supplierId);
      module.cacheInvalidate(call, [], supplierId);
    });
  }

  /**
   * Sets many values of a supplier's at once, each with its own options: what one request has brought at sign-in, for example. Each tier gets
   * them in one batch.
   *
   * @param entries at most 1,000
   * @throws {DashboardError} as {@link set}.
   */
  async warmCache(supplierId: string, entries: readonly CacheWarmEntry[]): Promise<CacheWritten> {
    checkSupplier('warmCache', 'first', supplierId);
    if (!Array.isArray(entries) || entries.length > MOST_WARM) {
      throw invalid(`warmCache takes an array of at most ${MOST_WARM} entries as its second argument.`);
    }
    if (entries.length === 0) return { disk: true, remote: null };
    const all = entries.map((entry: CacheWarmEntry) => {
      if (!isObject(entry)) throw invalid('Each entry of warmCache must be an object.');
      const { namespace, resource, params, data, ...options } = entry;
      return this.#entry('warmCache', textOf({ namespace, supplierId, resource, params }), data, options);
    });
    return this.#set(all);
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
          this.#begin(module);
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
    const keyed = textOf(key);
    if (!isText(table)) throw invalid("patch takes a table's name as its second argument.");
    checkListener('patch', 'third', patch);
    const keeping = this.#keeping('patch', options, keyed.version);
    // What a patch has made depends on the table as what it was made of did.
    if (!keeping.dependsOn.includes(table)) keeping.dependsOn = [...keeping.dependsOn, table];
    this.#tables.depend(keyed.supplier, [table]);
    return this.#patches.add(keyed.supplier, table, {
      key: keyed.text,
      patch: patch as (data: unknown, change: CacheChange) => unknown,
      keeping,
    });
  }

  /**
   * Says that a table of a supplier's has changed: what depends on it is invalid. Call it for changes that the application hears of by
   * itself; the option `tables` says which the cache listens to.
   *
   * @param row the key of the row, if it is known; also what depends on the whole table is invalid then
   * @throws {DashboardError} `invalid_option`.
   */
  changed(supplierId: string, table: string, row?: string, change?: unknown): void {
    checkSupplier('changed', 'first', supplierId);
    if (!isText(table)) throw invalid("changed takes a table's name as its second argument.");
    if (row !== undefined && !isText(row)) {
      throw invalid("changed takes a row's key as its third argument: a string that is not empty.");
    }
    this.#changed(supplierId, { table, row: row ?? null, change });
  }

  /** How often which tier had what was asked for, and what is in memory. All 0 before the first use. */
  stats(): CacheStats {
    this.#tellTouched();
    return statsOf(this.#client.present?.cacheStats(), this.#table);
  }

  /** @internal */
  close(): void {
    clearTimeout(this.#touching);
    this.#devices.close();
    this.#executing.close();
    this.#table.clear();
  }

  #begin(module: RealtimeClient): void {
    if (this.#begun === module) return;
    this.#begun = module;
    const { memoryBytes, remote } = this.#options;
    module.storeOpen();
    module.cacheBegin(memoryBytes, remote !== undefined, Locks.areThere);
  }

  #call<Value>(check: (call: number) => (module: RealtimeClient, call: number) => void): Promise<Value> {
    return this.#client.call<Value>((call) => {
      const work = check(call);
      return (module, number) => {
        this.#begin(module);
        this.#tellTouched();
        work(module, number);
      };
    });
  }

  #hit(key: KeyText): CacheResult | undefined {
    const hit = this.#table.hit(key);
    if (hit) this.#touching ??= setTimeout(() => this.#tellTouched(), TOUCHES);
    return hit;
  }

  #tellTouched(): void {
    clearTimeout(this.#touching);
    this.#touching = undefined;
    if (this.#table.hasTouched)
      this.#client.present?.cacheTouched(Uint32Array.from(this.#table.takeTouched()));
  }

  async #fetch(
    { text, supplier }: KeyText,
    fetcher: (context: CacheFetchContext) => unknown,
    fetching: CheckedFetching,
    signal: AbortSignal | undefined,
  ): Promise<CacheResult> {
    let number: number | undefined;
    const found = this.#call<CacheResult | undefined>((call) => {
      number = call;
      return (module, call) => {
        if (signal?.aborted) return;
        this.#meet(supplier, fetching);
        module.cacheFetch(call, text, supplier, fetcher, fetching);
      };
    });
    const leave = () => {
      if (number === undefined) return;
      this.#client.present?.cacheLeave(number);
      this.#client.calls.end(number, signal?.reason);
    };
    signal?.addEventListener('abort', leave);
    try {
      // A key that has nothing is told as such by the value.
      return (await found) ?? { data: null, state: 'fresh', age: 0 };
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  readonly #ask = (text: string): void => this.#client.present?.cacheLook(text);

  #snapshot(key: KeyText): CacheSnapshot {
    return this.#table.look(key, this.#ask);
  }

  #entry(of: string, keyed: KeyText, data: unknown, options: CacheKeepOptions) {
    if (data === undefined) {
      throw invalid(`${of} takes a value. \`undefined\` is none: delete the key, or set \`null\`.`);
    }
    return { keyed, data, keeping: this.#keeping(of, options, keyed.version) };
  }

  #keeping(of: string, options: CacheKeepOptions, version: string | undefined): CheckedKeeping {
    return checkedKeeping(of, options, this.#options, version);
  }

  #set(entries: { keyed: KeyText; data: unknown; keeping: CheckedKeeping }[]): Promise<CacheWritten> {
    const all = entries.map(({ keyed, data, keeping }) => [keyed.text, keyed.supplier, data, keeping]);
    return this.#call(() => (module, call) => {
      for (const { keyed, keeping } of entries) this.#meet(keyed.supplier, keeping);
      module.cacheSet(call, all);
    });
  }

  #meet(supplier: string, { dependsOn }: CheckedKeeping): void {
    this.#devices.meet(supplier);
    this.#tables.depend(supplier, dependsOn);
  }

  /** Changes of a table may have been missed: nothing says which, so that nothing can be patched. */
  #missed(supplier: string, table: string): void {
    const module = this.#client.present;
    if (module && this.#begun === module) module.cacheChanged(supplier, table);
  }

  #changed(supplier: string, change: CacheChange): void {
    const module = this.#client.present;
    if (!module || this.#begun !== module) return;
    const patched = this.#patches.of(supplier, change, (key) => this.#table.snapshot(key));
    module.cacheChanged(supplier, change.table, change.row ?? undefined, momentOf(change.change));
    if (patched.length === 0) return;
    const all = patched.map(({ key, data, keeping }) => [key, supplier, data, keeping]);
    this.#client.call(() => (client, call) => client.cacheSet(call, all)).catch(() => {});
  }
}

/** When the database has committed a change, in milliseconds since 1970, where it is told. */
function momentOf(change: unknown): number | undefined {
  const { commit_timestamp: told } = (change ?? {}) as { commit_timestamp?: unknown };
  const at = typeof told === 'string' ? Date.parse(told) : Number.NaN;
  return at > 0 ? at : undefined;
}

function checkSupplier(of: string, position: string, supplierId: unknown): void {
  if (!isText(supplierId)) {
    throw invalid(`${of} takes the supplier's id as its ${position} argument: a string that is not empty.`);
  }
}
