import type { Client } from '../client.js';
import type { CheckedCache, CheckedFetching } from '../options/cache.js';
import type { RealtimeClient } from '../wedsync_dashboard.js';
import type { KeyText } from './key.js';
import { Locks } from './locks.js';
import type { Table } from './table.js';
import type { CacheFetchContext, CacheResult } from './types.js';

/** Milliseconds until it is told which values were given. */
const TOUCHES = 1_000;

/** Calls the module's cache, which begins with the first call. */
export class Calling {
  readonly #client: Client;
  readonly #table: Table;
  readonly #options: CheckedCache;
  #begun: RealtimeClient | undefined;
  #touching: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client, table: Table, options: CheckedCache) {
    this.#client = client;
    this.#table = table;
    this.#options = options;
  }

  begin(module: RealtimeClient): void {
    if (this.#begun === module) return;
    this.#begun = module;
    const { memoryBytes, remote } = this.#options;
    module.storeOpen();
    module.cacheBegin(memoryBytes, remote !== undefined, Locks.areThere);
  }

  /** The module, where its cache has begun. */
  get begun(): RealtimeClient | undefined {
    const module = this.#client.present;
    return this.#begun === module ? module : undefined;
  }

  /** Asks it for something, which it tells later how it went. `check` looks at the arguments, at the call. */
  call<Value>(check: (call: number) => (module: RealtimeClient, call: number) => void): Promise<Value> {
    return this.#client.call<Value>((call) => {
      const work = check(call);
      return (module, number) => {
        this.begin(module);
        this.tellTouched();
        work(module, number);
      };
    });
  }

  /**
   * Asks it for a value, which `fetcher` fetches if no tier has it.
   *
   * @param meet is called first, if it is still wanted then
   */
  async fetch(
    { text, supplier }: KeyText,
    fetcher: (context: CacheFetchContext) => unknown,
    fetching: CheckedFetching,
    signal: AbortSignal | undefined,
    meet: () => void,
  ): Promise<CacheResult> {
    let number: number | undefined;
    const found = this.call<CacheResult | undefined>((call) => {
      number = call;
      return (module, call) => {
        if (signal?.aborted) return;
        meet();
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

  /** What is fresh in memory, without a call. */
  hit(key: KeyText): CacheResult | undefined {
    const hit = this.#table.hit(key);
    if (hit) this.#touching ??= setTimeout(() => this.tellTouched(), TOUCHES);
    return hit;
  }

  /** Tells it which values were given without a call. */
  tellTouched(): void {
    clearTimeout(this.#touching);
    this.#touching = undefined;
    if (this.#table.hasTouched)
      this.#client.present?.cacheTouched(Uint32Array.from(this.#table.takeTouched()));
  }

  close(): void {
    clearTimeout(this.#touching);
  }
}
