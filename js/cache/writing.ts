import { checkListener, invalid, isText } from '../arguments.js';
import {
  type CacheKeepOptions,
  type CheckedCache,
  type CheckedKeeping,
  checkedKeeping,
} from '../options/cache.js';
import { isObject } from '../options/check.js';
import type { RealtimeSubscriptionManager } from '../realtime.js';
import type { Calling } from './calling.js';
import type { Devices } from './devices.js';
import { type CacheKey, type KeyText, textOf } from './key.js';
import { Patches } from './patches.js';
import type { Table } from './table.js';
import { Tables } from './tables.js';
import type { CacheChange, CacheWarmEntry, CacheWritten } from './types.js';

/** The most values that `warmCache` takes at once. */
const MOST_WARM = 1_000;

/** Sets, removes and makes invalid what is kept, as the application asks and as tables change. */
export class Writing {
  readonly #calling: Calling;
  readonly #table: Table;
  readonly #devices: Devices;
  readonly #options: CheckedCache;
  readonly #tables: Tables;
  readonly #patches = new Patches();

  constructor(
    realtime: RealtimeSubscriptionManager,
    calling: Calling,
    table: Table,
    devices: Devices,
    options: CheckedCache,
  ) {
    this.#calling = calling;
    this.#table = table;
    this.#devices = devices;
    this.#options = options;
    this.#tables = new Tables(
      realtime,
      options,
      (supplier, change) => this.#changed(supplier, change),
      // Nothing says which changes were missed, so that nothing can be patched.
      (supplier, table) => this.#calling.begun?.cacheChanged(supplier, table),
    );
  }

  async set(key: CacheKey, data: unknown, options: CacheKeepOptions): Promise<CacheWritten> {
    return this.#set([this.#entry('set', textOf(key), data, options)]);
  }

  async delete(key: CacheKey): Promise<CacheWritten> {
    const { text, supplier } = textOf(key);
    return this.#calling.call(() => (module, call) => {
      this.#devices.meet(supplier);
      module.cacheDelete(call, text, supplier);
    });
  }

  async invalidateByTag(tag: string, supplierId: string | undefined): Promise<CacheWritten> {
    if (!isText(tag) || tag.length > 200) {
      throw invalid('invalidateByTag takes a tag as its first argument: a string of 1 to 200 characters.');
    }
    if (supplierId !== undefined) checkSupplier('invalidateByTag', 'second', supplierId);
    return this.#calling.call(() => (module, call) => module.cacheInvalidate(call, [tag], supplierId));
  }

  async invalidateSupplier(supplierId: string): Promise<CacheWritten> {
    checkSupplier('invalidateSupplier', 'first', supplierId);
    return this.#calling.call(() => (module, call) => {
      this.#devices.meet(supplierId);
      module.cacheInvalidate(call, [], supplierId);
    });
  }

  async warm(supplierId: string, entries: readonly CacheWarmEntry[]): Promise<CacheWritten> {
    checkSupplier('warmCache', 'first', supplierId);
    if (!Array.isArray(entries) || entries.length > MOST_WARM) {
      throw invalid(`warmCache takes an array of at most ${MOST_WARM} entries as its second argument.`);
    }
    if (entries.length === 0) return { disk: true, remote: null };
    const all = Array.from(entries, (entry: CacheWarmEntry, place) => {
      const of = `Entry ${place} of warmCache`;
      if (!isObject(entry)) throw invalid(`${of} must be an object.`);
      const { namespace, resource, params, data, ...options } = entry;
      return this.#entry(of, textOf({ namespace, supplierId, resource, params }), data, options);
    });
    return this.#set(all);
  }

  patch(
    key: CacheKey,
    table: string,
    patch: (data: unknown, change: CacheChange) => unknown,
    options: CacheKeepOptions,
  ): () => void {
    const { text, supplier, version } = textOf(key);
    if (!isText(table)) throw invalid("patch takes a table's name as its second argument.");
    checkListener('patch', 'third', patch);
    const keeping = checkedKeeping('patch', options, this.#options, version);
    // What a patch has made depends on the table as what it was made of did.
    if (!keeping.dependsOn.includes(table)) keeping.dependsOn = [...keeping.dependsOn, table];
    this.#tables.depend(supplier, [table]);
    return this.#patches.add(supplier, table, { key: text, patch, keeping });
  }

  changed(supplierId: string, table: string, row: string | undefined, change: unknown): void {
    checkSupplier('changed', 'first', supplierId);
    if (!isText(table)) throw invalid("changed takes a table's name as its second argument.");
    if (row !== undefined && !isText(row)) {
      throw invalid("changed takes a row's key as its third argument: a string that is not empty.");
    }
    this.#changed(supplierId, { table, row: row ?? null, change });
  }

  /** What tells of a supplier's changes is listened to from now on. */
  meet(supplier: string, { dependsOn }: CheckedKeeping): void {
    this.#devices.meet(supplier);
    this.#tables.depend(supplier, dependsOn);
  }

  /** Another user is here. */
  forget(): void {
    this.#tables.forget();
    this.#patches.forget();
  }

  #entry(of: string, keyed: KeyText, data: unknown, options: CacheKeepOptions) {
    if (data === undefined) {
      throw invalid(`${of} takes a value. \`undefined\` is none: delete the key, or set \`null\`.`);
    }
    return { keyed, data, keeping: checkedKeeping(of, options, this.#options, keyed.version) };
  }

  #set(entries: { keyed: KeyText; data: unknown; keeping: CheckedKeeping }[]): Promise<CacheWritten> {
    const all = entries.map(({ keyed, data, keeping }) => [keyed.text, keyed.supplier, data, keeping]);
    return this.#calling.call(() => (module, call) => {
      for (const { keyed, keeping } of entries) this.meet(keyed.supplier, keeping);
      module.cacheSet(call, all);
    });
  }

  #changed(supplier: string, change: CacheChange): void {
    const module = this.#calling.begun;
    if (!module) return;
    const patched = this.#patches.of(supplier, change, (key) => this.#table.snapshot(key));
    module.cacheChanged(supplier, change.table, change.row ?? undefined, momentOf(change.change));
    if (patched.length === 0) return;
    const all = patched.map(({ key, data, keeping }) => [key, supplier, data, keeping]);
    this.#calling.call(() => (module, call) => module.cacheSet(call, all)).catch(() => {});
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
