import type { CacheKeepOptions } from '../options/cache.js';

/**
 * How a value stands: `fresh`: as new as was asked for. `stale`: older; a newer one is fetched, or can be. `degraded`: older, and the last
 * fetch of a newer one has failed.
 */
export type CacheState = 'fresh' | 'stale' | 'degraded';

/** A value of the cache. What `data` holds is shared by all who read it: do not change it. */
export interface CacheResult<Value = unknown> {
  /** It. `null` where it is known that there is nothing. */
  readonly data: Value;
  /** How it stands. */
  readonly state: CacheState;
  /** Milliseconds since it was set, or its fetch began. */
  readonly age: number;
}

/** What is in memory under a key, now. The same object until something of it changes. */
export type CacheSnapshot<Value = unknown> =
  | CacheResult<Value>
  | { readonly data: undefined; readonly state: 'missing'; readonly age: null };

/** Where a value has arrived, or an invalidation. */
export interface CacheWritten {
  /** Whether it is on this device's disk. If not, it is in memory, and written as soon as the disk takes it. */
  readonly disk: boolean;
  /** Whether the remote tier has it, or of a value that it does not take nothing older; `null` where there is none. */
  readonly remote: boolean | null;
}

/** A value that `warmCache` is given. */
export interface CacheWarmEntry extends CacheKeepOptions {
  /** As in a key. */
  namespace: string;
  /** As in a key. */
  resource: string;
  /** As in a key. */
  params?: Record<string, unknown> | undefined;
  /** The value. */
  data: unknown;
}

/** What a fetcher is given. */
export interface CacheFetchContext {
  /** Aborts once nobody waits any more, or another user has signed in. */
  readonly signal: AbortSignal;
}

/** A change of a table, as those who patch an entry are given it. */
export interface CacheChange {
  /** The table. */
  table: string;
  /** The key of the row; `null` if it is not known. */
  row: string | null;
  /** What has been announced of it. */
  change: unknown;
}
