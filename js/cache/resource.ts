import { DashboardError } from '../errors.js';
import type { CacheFetchOptions } from '../options/cache.js';
import { type CacheKey, textOf } from './key.js';
import { type DashboardCacheManager, tableOf } from './manager.js';
import { Retries } from './retries.js';
import type { CacheResult } from './types.js';
import { FAILED_ELSEWHERE, type Fetcher, NOTHING, type ResourceView, toShown } from './view.js';

/** Milliseconds for which one is kept that nobody shows: a component that waits for it is mounted only afterwards. */
const KEPT = 30_000;
/** Milliseconds for which an error is thrown to a boundary: React renders again before it believes it. */
const THROWN = 1_000;
/** Milliseconds for which nobody repeats a fetch that has failed, unless told otherwise: it is tried again here, sooner than by the cache's default. */
const THROTTLE = 3_000;
/** How long the cache may wait for a fetch although there is an older value, which is shown meanwhile. */
const PATIENCE = 600_000;

const all = new WeakMap<DashboardCacheManager, Map<string, Resource<unknown>>>();

/** A value that components show, which is fetched while any of them wants it to be. */
export class Resource<Value> {
  readonly #cache: DashboardCacheManager;
  readonly #key: CacheKey;
  readonly #text: string;
  readonly #listeners = new Set<() => void>();
  readonly #forget: () => void;
  #fetcher: Fetcher<Value>;
  #options: CacheFetchOptions;
  #view: ResourceView<Value> = NOTHING;
  /** What the listeners were last told of. */
  #told: ResourceView<Value> = NOTHING;
  #shown: CacheResult<Value> | undefined;
  /** What was fetched, and nobody keeps: it is shown until the table has something newer. */
  #unkept: { value: CacheResult<Value>; since: number } | undefined;
  /** When what is shown was set, or its fetch began. */
  #since: number | undefined;
  #error: DashboardError | null = null;
  #isFetching = false;
  /** What was fetched last was not kept: if that happens again, it is fetched more slowly. */
  #wasOutdated = false;
  #clears: number;
  #wanted = 0;
  readonly #retries = new Retries();
  readonly #waits = new Set<AbortController>();
  #loading: Promise<void> | undefined;
  #refreshing: { now: Promise<void>; next: Promise<void> | undefined } | undefined;
  #end: (() => void) | undefined;

  private constructor(
    cache: DashboardCacheManager,
    key: CacheKey,
    text: string,
    fetcher: Fetcher<Value>,
    options: CacheFetchOptions,
    forget: () => void,
  ) {
    this.#cache = cache;
    this.#key = key;
    this.#text = text;
    this.#fetcher = fetcher;
    this.#options = options;
    this.#forget = forget;
    this.#clears = tableOf(cache).clears;
    this.#look();
    this.#expire();
  }

  /** The one of a key, which all who show it share. */
  static of<Value>(
    cache: DashboardCacheManager,
    key: CacheKey,
    fetcher: Fetcher<Value>,
    options: CacheFetchOptions,
  ): Resource<Value> {
    const { text, version } = textOf(key);
    const name = JSON.stringify([text, version]);
    const known = all.get(cache) ?? new Map<string, Resource<unknown>>();
    all.set(cache, known);
    const there = known.get(name) as Resource<Value> | undefined;
    if (there) return there;
    const made: Resource<Value> = new Resource(cache, key, text, fetcher, options, () => {
      if (known.get(name) === made) known.delete(name);
    });
    known.set(name, made as Resource<unknown>);
    return made;
  }

  /** What fetches it from now on. */
  use(fetcher: Fetcher<Value>, options: CacheFetchOptions): void {
    this.#fetcher = fetcher;
    this.#options = options;
  }

  /** It is fetched as it gets old or invalid, until the function that is returned is called. */
  readonly want = (): (() => void) => {
    this.#wanted += 1;
    this.#changed();
    return () => {
      this.#wanted -= 1;
    };
  };

  readonly getSnapshot = (): ResourceView<Value> => {
    // While somebody listens, the table tells of everything, but only after the one step that it takes.
    if (this.#end === undefined || tableOf(this.#cache).clears !== this.#clears) this.#look();
    return this.#view;
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    const own = () => listener();
    this.#listeners.add(own);
    if (this.#end === undefined) {
      this.#end = this.#cache.subscribe(this.#key, () => this.#changed());
      addEventListener('online', this.#online);
      // What has changed before anybody listened.
      this.#changed();
    }
    return () => {
      if (!this.#listeners.delete(own) || this.#listeners.size > 0) return;
      this.#end?.();
      this.#end = undefined;
      this.#expire();
    };
  };

  /** Fetches unless what there is is fresh. For suspense: settles once there is something to show, or the error. */
  readonly load = (): Promise<void> => {
    this.#loading ??= this.#fetch(false, () => {
      this.#loading = undefined;
    });
    return this.#loading;
  };

  /** Fetches it anew, whatever there is. How that went is told by the view. */
  readonly refresh = (): Promise<void> => {
    if (this.#refreshing) {
      // All that ask during one are served together by another.
      this.#refreshing.next ??= this.#refreshing.now.then(() => this.refresh());
      return this.#refreshing.next;
    }
    const now = this.#fetch(true, () => {
      this.#refreshing = undefined;
    });
    this.#refreshing = { now, next: undefined };
    return now;
  };

  /** The error is thrown to a boundary: what is mounted in its place later begins anew. */
  thrown(): void {
    const error = this.#error;
    setTimeout(() => {
      if (this.#error !== error || this.#listeners.size > 0) return;
      this.#error = null;
      this.#show();
    }, THROWN);
  }

  async #fetch(force: boolean, ended: () => void): Promise<void> {
    const wait = new AbortController();
    this.#waits.add(wait);
    this.#isFetching = true;
    this.#show();
    const clears = this.#clears;
    const begun = Date.now();
    let failure: { thrown: unknown } | undefined;
    const fetcher: Fetcher<Value> = async (context) => {
      try {
        return await this.#fetcher(context);
      } catch (thrown) {
        failure = { thrown };
        throw thrown;
      }
    };
    let found: CacheResult<Value> | undefined;
    try {
      const throttle = this.#options.throttle ?? THROTTLE;
      const options = { ...this.#options, throttle, softTimeout: PATIENCE, force, signal: wait.signal };
      found = await this.#cache.getOrFetch<Value>(this.#key, fetcher, options);
    } catch (thrown) {
      failure = { thrown };
    }
    this.#waits.delete(wait);
    ended();
    this.#look();
    this.#isFetching &&= this.#waits.size > 0;
    const isOfAnother = clears !== this.#clears || codeOf(failure) === 'user_changed';
    if (isOfAnother || wait.signal.aborted) {
      // It is fetched for who is here now.
      this.#show();
      this.#changed();
      return;
    }
    const isMissing = this.#cache.getSnapshot(this.#key).state === 'missing';
    const unkept = found && found.data !== null && !this.#isKept(found.data, begun) ? found : undefined;
    const isOutdated = unkept !== undefined;
    if (unkept) this.#unkept = { value: unkept, since: Date.now() - unkept.age };
    else if (force && found) this.#unkept = undefined;
    if (failure) this.#error = toShown(failure.thrown);
    else if (found?.state !== 'degraded') this.#error = null;
    if (isOutdated) this.#look();
    if (isOutdated && isMissing && !this.#wasOutdated && !failure) this.#changed();
    else if (this.#unkept || found?.state !== 'fresh') this.#tryLater();
    else if (!failure) this.#retries.stop();
    this.#wasOutdated = isOutdated;
    this.#show();
  }

  /**
   * Whether the table has what was fetched, or something newer than when that was begun. What became invalid meanwhile is not kept, nor what
   * is not known yet to hold.
   */
  #isKept(data: Value, begun: number): boolean {
    const kept = this.#cache.getSnapshot<Value>(this.#key);
    if (kept.state === 'missing') return false;
    return Object.is(kept.data, data) || (tableOf(this.#cache).since(this.#text) ?? 0) >= begun;
  }

  #changed(): void {
    this.#look();
    const isDue = this.#listeners.size > 0 && this.#wanted > 0 && this.#shown?.state !== 'fresh';
    if (isDue && !this.#retries.isWaiting) void this.load();
  }

  /** Reads the table. What was removed is shown as stale until it is fetched anew; another user sees nothing of it. */
  #look(): void {
    const table = tableOf(this.#cache);
    if (table.clears !== this.#clears) {
      this.#clears = table.clears;
      this.#shown = undefined;
      this.#unkept = undefined;
      this.#since = undefined;
      this.#error = null;
      this.#retries.stop();
    }
    const snapshot = this.#cache.getSnapshot<Value>(this.#key);
    const since = table.since(this.#text);
    const unkept = this.#unkept;
    const isOlder =
      unkept !== undefined && !Object.is(snapshot.data, unkept.value.data) && (since ?? 0) <= unkept.since;
    if (unkept && isOlder) this.#shown = { ...unkept.value, state: 'stale' };
    else if (snapshot.state !== 'missing') {
      // What was to be fetched once more for that is not.
      if (unkept && !this.#error) this.#retries.stop();
      this.#unkept = undefined;
      if (since !== this.#since) {
        this.#since = since;
        this.#error = null;
        // What is waited for has arrived.
        if (snapshot.state === 'fresh') this.#isFetching = false;
      }
      this.#shown = snapshot;
      if (snapshot.state === 'degraded') this.#error ??= FAILED_ELSEWHERE;
    } else if (this.#shown?.state === 'fresh') this.#shown = { ...this.#shown, state: 'stale' };
    this.#show();
  }

  #show(): void {
    const { data, state, age } = this.#shown ?? NOTHING;
    const error = this.#error;
    const isOlder = error !== null && state !== 'missing';
    const view = {
      data,
      state: isOlder ? 'degraded' : state,
      age,
      error,
      isFetching: this.#isFetching,
    } as const;
    const names = Object.keys(view) as (keyof ResourceView<Value>)[];
    if (names.every((name) => Object.is(view[name], this.#view[name]))) return;
    this.#view = Object.freeze(view);
    // Never while somebody renders.
    queueMicrotask(() => {
      if (this.#told === this.#view) return;
      this.#told = this.#view;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  #tryLater(): void {
    if (this.#error?.retryable === false) this.#retries.stop();
    else {
      this.#retries.later(
        () => {
          // What is fresh all the same is not due.
          const isAsked = this.#error !== null && this.#shown?.state === 'fresh';
          if ((isAsked || this.#unkept) && this.#listeners.size > 0 && this.#wanted > 0) void this.refresh();
          else this.#changed();
        },
        this.#error ? this.#options.throttle : 0,
      );
    }
  }

  readonly #online = (): void => {
    this.#retries.stop();
    if (this.#error && this.#wanted > 0) void this.refresh();
    else this.#changed();
  };

  #expire(): void {
    this.#retries.stop();
    removeEventListener('online', this.#online);
    // StrictMode, and another component in the place of this one, are there at once.
    setTimeout(() => {
      if (this.#end !== undefined) return;
      for (const wait of this.#waits) wait.abort();
    });
    setTimeout(() => {
      if (this.#end === undefined) this.#forget();
    }, KEPT);
  }
}

/** The code of an error of this package's. */
function codeOf(failure: { thrown: unknown } | undefined): string | undefined {
  return failure?.thrown instanceof DashboardError ? failure.thrown.code : undefined;
}
