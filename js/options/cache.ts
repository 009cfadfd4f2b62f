import * as v from 'valibot';
import { versionOf } from '../cache/key.js';
import { isSignal } from '../resilience/arguments.js';
import { checked, type Given, wrong } from './check.js';
import { callback, choice, flag, text, whole } from './kinds.js';

const YEAR = 31_536_000_000;
const SIGNAL = 'an AbortSignal';

const tag = v.pipe(text, v.maxLength(200, 'a string of at most 200 characters'));

function few(most: number) {
  const message = `an array of at most ${most} strings, each of 1 to 200 characters`;
  return v.pipe(v.array(tag, message), v.maxLength(most, message));
}

const keeping = {
  /** Milliseconds for which the value is fresh, from 1 to a year. Default: the manager's `ttl`. */
  ttl: v.optional(whole(1, YEAR)),
  /** Milliseconds after that for which it may yet be shown. Default: the manager's `staleTtl`. */
  staleTtl: v.optional(whole(0, YEAR)),
  /** Names under which `invalidateByTag` finds it: at most 50, of 200 characters each. Default: none. */
  tags: v.optional(few(50)),
  /** Its version, which a key with `params.version` asks for. Default: that of the key. */
  version: v.optional(v.union([v.string(), v.number()], 'a string or a number')),
  /** Whether its text is compressed on the disk if it takes over 4,096 bytes. It saves space, and no time. Default `false`. */
  compress: v.optional(v.boolean('true or false')),
  /**
   * Tables that the value is made of, or rows of them, as `table:key`: at most 10. A change of one makes it invalid. Default: none.
   */
  dependsOn: v.optional(few(10)),
};

const fetching = {
  ...keeping,
  /** Milliseconds to wait for a fetch while there is a stale value; then that is given, and the fetch goes on. Default 0: at once. */
  softTimeout: v.optional(whole(0, 600_000), 0),
  /** Milliseconds to wait for a fetch while there is nothing to show; then the call fails with `timed_out`, and the fetch goes on. Default 10,000. */
  hardTimeout: v.optional(whole(1, 600_000), 10_000),
  /** The part of its `ttl` after which a value is fetched anew while it is yet given; 1 for never before. Default `0.8`. */
  eager: v.optional(
    v.pipe(
      v.number('a number from 0.1 to 1'),
      v.minValue(0.1, 'a number from 0.1 to 1'),
      v.maxValue(1, 'a number from 0.1 to 1'),
    ),
    0.8,
  ),
  /** Milliseconds for which a fetch that has failed is not repeated while there is a value to show. Default 30,000. */
  throttle: v.optional(whole(0, 3_600_000), 30_000),
  /** Milliseconds for which it is remembered that there is nothing (`null` or `undefined`); 0 for not at all. Default 30,000. */
  negativeTtl: v.optional(whole(0, YEAR), 30_000),
  /** Whether it is fetched although a tier has a fresh value; if that fails, what there is is given. Default `false`. */
  force: flag(false),
  /** Ends this caller's wait; the fetch goes on as long as somebody else waits for it. */
  signal: v.optional(v.custom<AbortSignal>(isSignal, SIGNAL)),
};

const settings = {
  /** Milliseconds for which a value is fresh. Default 300,000. */
  ttl: v.optional(whole(1, YEAR), 300_000),
  /** Milliseconds after that for which it may yet be shown, for example without a network. Default 86,400,000: a day. */
  staleTtl: v.optional(whole(0, YEAR), 86_400_000),
  /** Bytes that values take in memory, besides those that are shown. Default 8,388,608. */
  memoryBytes: v.optional(whole(0, 1_000_000_000), 8_388_608),
  /** Where the handler of `@wedsync/dashboard/server` is, a path of the page's own server for example. Default: no remote tier. */
  remote: v.optional(text),
  /** Whether values on the disk are encrypted, with a key that no script can read. It does not stop a script that runs in the page. Default `false`. */
  encrypt: flag(false),
  /**
   * Whether the members' other devices hear at once of what is invalid: by broadcasts on the supplier's private topic, which the
   * user must be allowed to send and to receive. Default `true`.
   */
  devices: flag(true),
  /** The supplier's private topic, or `null` for what is the user's alone: no device is told of it, and the remote tier is not asked. Default: `supplier:` and its id. */
  topic: v.optional(
    callback<(supplierId: string) => string | null>(),
    () => (id: string) => `supplier:${id}`,
  ),
  /**
   * How changes of the tables in `dependsOn` are heard of: `changes` by Postgres Changes, `broadcasts` by a broadcast named
   * `<table>_changed` on the supplier's topic, whose payload may have the row's key as `id`; `none`: only by `changed`. Default `changes`.
   */
  tables: v.optional(choice(['changes', 'broadcasts', 'none']), 'changes'),
  /** The schema of those tables. Default `public`. */
  schema: v.optional(text, 'public'),
  /** The column that says whose a row is. Default `supplier_id`. */
  supplierColumn: v.optional(text, 'supplier_id'),
  /** The column of a row's key. Default `id`. */
  rowKey: v.optional(text, 'id'),
};

/** How a value is kept. Times in milliseconds. */
export interface CacheKeepOptions extends Given<typeof keeping> {}

/** How a value is got that may have to be fetched. Times in milliseconds. */
export interface CacheFetchOptions extends Given<typeof fetching> {}

/** Options of the cache. Times in milliseconds. */
export interface CacheOptions extends Given<typeof settings> {}

/** Options of the cache, with their defaults. */
export type CheckedCache = v.InferOutput<typeof cacheOptions>;

/** How a value is kept, as the module reads it. */
export interface CheckedKeeping {
  ttlMs: number;
  staleMs: number;
  tags: string[];
  dependsOn: string[];
  version: string | undefined;
  compress: boolean;
}

/** How a value is fetched, as the module reads it. */
export interface CheckedFetching extends CheckedKeeping {
  negativeMs: number;
  softTimeoutMs: number;
  hardTimeoutMs: number;
  eagerPercent: number;
  throttleMs: number;
  force: boolean;
}

export const cacheOptions = v.strictObject(settings);
export const cacheKeepOptions = v.strictObject(keeping);
export const cacheFetchOptions = v.strictObject(fetching);

/**
 * Checks the cache's options.
 *
 * @throws {DashboardError} `invalid_option`, `unknown_option`.
 */
export function checkedCache(given: unknown): CheckedCache {
  return checked('The cache', cacheOptions, given);
}

/**
 * Checks how a value is kept. `version` is that of its key.
 *
 * @throws {DashboardError} `invalid_option`, `unknown_option`.
 */
export function checkedKeeping(
  of: string,
  given: unknown,
  byDefault: CheckedCache,
  version: string | undefined,
): CheckedKeeping {
  return keepingOf(of, checked(of, cacheKeepOptions, given), byDefault, version);
}

/**
 * Checks how a value is fetched. `version` is that of its key.
 *
 * @throws {DashboardError} `invalid_option`, `unknown_option`.
 */
export function checkedFetching(
  given: unknown,
  byDefault: CheckedCache,
  version: string | undefined,
): { fetching: CheckedFetching; signal: AbortSignal | undefined } {
  const of = 'getOrFetch';
  const options = checked(of, cacheFetchOptions, given);
  const fetching = {
    ...keepingOf(of, options, byDefault, version),
    negativeMs: options.negativeTtl,
    softTimeoutMs: options.softTimeout,
    hardTimeoutMs: options.hardTimeout,
    eagerPercent: Math.round(options.eager * 100),
    throttleMs: options.throttle,
    force: options.force,
  };
  return { fetching, signal: options.signal };
}

function keepingOf(
  of: string,
  options: v.InferOutput<typeof cacheKeepOptions>,
  byDefault: CheckedCache,
  version: string | undefined,
): CheckedKeeping {
  const own = options.version === undefined ? undefined : versionOf(options.version);
  if (own !== undefined && version !== undefined && own !== version) {
    throw wrong(of, 'version', `that of the key, "${version}", or left out`);
  }
  return {
    ttlMs: options.ttl ?? byDefault.ttl,
    staleMs: options.staleTtl ?? byDefault.staleTtl,
    tags: options.tags ?? [],
    dependsOn: options.dependsOn ?? [],
    version: own ?? version,
    compress: options.compress ?? false,
  };
}
