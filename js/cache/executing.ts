import type { Client } from '../client.js';
import type { RealtimeClient } from '../wedsync_dashboard.js';
import { Locks } from './locks.js';
import type { CacheNews } from './news.js';
import type { Remote } from './remote.js';
import type { Table } from './table.js';

type Of<Name extends CacheNews['name']> = Extract<CacheNews, { name: Name }>;

/** Does what the module asks for. */
export class Executing {
  readonly #client: Client;
  readonly #table: Table;
  readonly #remote: Remote | undefined;
  readonly #encrypts: boolean;
  readonly #locks: Locks;
  readonly #publish: (news: Of<'publish'>) => void;
  readonly #fetches = new Map<number, AbortController>();
  /** Ends what is under way for the present user. */
  #user = new AbortController();
  #key: Promise<CryptoKey> | undefined;

  constructor(
    client: Client,
    table: Table,
    remote: Remote | undefined,
    encrypts: boolean,
    publish: (news: Of<'publish'>) => void,
  ) {
    this.#client = client;
    this.#table = table;
    this.#remote = remote;
    this.#encrypts = encrypts;
    this.#locks = new Locks(client.project);
    this.#publish = publish;
  }

  told(news: CacheNews): void {
    switch (news.name) {
      case 'put':
        this.#table.put(news.key, news.slot);
        break;
      case 'drop':
        this.#table.drop(news.key);
        break;
      case 'doubt':
        this.#table.doubt();
        break;
      case 'clear':
        this.#endAll();
        this.#table.clear();
        break;
      case 'encode':
        void this.#encode(news);
        break;
      case 'decode':
        void this.#decode(news);
        break;
      case 'lock':
        this.#locks.take(news.flight, news.key, news.within, (wasContended) =>
          this.#client.present?.cacheLocked(news.flight, wasContended),
        );
        break;
      case 'unlock':
        this.#locks.release(news.flight);
        break;
      case 'fetch':
        void this.#fetch(news);
        break;
      case 'abort':
        this.#fetches.get(news.flight)?.abort();
        this.#fetches.delete(news.flight);
        break;
      case 'remote':
        void this.#ask(news);
        break;
      case 'publish':
        this.#publish(news);
    }
  }

  /** Ends everything that is under way. */
  close(): void {
    this.#endAll();
  }

  #endAll(): void {
    this.#user.abort();
    this.#user = new AbortController();
    this.#key = undefined;
    for (const fetch of this.#fetches.values()) fetch.abort();
    this.#fetches.clear();
    this.#locks.releaseAll();
  }

  /** At once where nothing is encrypted or compressed: what is written is the value as it is now. */
  async #encode({ request, key: name, version, value, compresses }: Of<'encode'>): Promise<void> {
    const module = this.#client.present;
    const isPresent = this.#watch(module);
    let hasNoKey = false;
    try {
      const options: Options = { name, version };
      if (compresses) options.compressAbove = WORTH_COMPRESSING;
      if (this.#encrypts) {
        // The value may be changed while the key is awaited.
        const copy = structuredClone(value);
        options.key = await this.#keyOf(module).catch(() => undefined);
        hasNoKey = options.key === undefined;
        if (hasNoKey) throw new Error('There is no key.');
        value = copy;
      }
      let told = module?.cacheEncode(value, options) as Encoded | Promise<Encoded>;
      if (told instanceof Promise) told = await told;
      if (!isPresent()) return;
      if (told) module?.cacheEncoded(request, told.body, told.flags, told.bytes);
      else module?.cacheNotEncoded(request, false);
    } catch {
      if (isPresent()) module?.cacheNotEncoded(request, hasNoKey);
    }
  }

  async #decode({ request, key: name, version, header, flags, body }: Of<'decode'>): Promise<void> {
    const module = this.#client.present;
    const isPresent = this.#watch(module);
    let found: [unknown] | undefined;
    try {
      const options: Options = { name, version };
      if ((flags & ENCRYPTED) !== 0) options.key = await this.#keyOf(module);
      const told = module?.cacheDecode(body, flags, options) as Decoded | Promise<Decoded>;
      found = told instanceof Promise ? await told : told;
    } catch {
      // Nothing that can be read.
    }
    if (isPresent()) module?.cacheDecoded(request, found && header, found?.[0]);
  }

  async #fetch({ flight, fetcher }: Of<'fetch'>): Promise<void> {
    const module = this.#client.present;
    const controller = new AbortController();
    this.#fetches.set(flight, controller);
    try {
      const value = await fetcher({ signal: controller.signal });
      if (this.#ended(flight, controller, module)) module?.cacheFetched(flight, value);
    } catch (thrown) {
      if (this.#ended(flight, controller, module)) module?.cacheNotFetched(flight, thrown);
    }
  }

  /** Whether anybody wants to know how a fetch ended. */
  #ended(flight: number, controller: AbortController, module: RealtimeClient | undefined): boolean {
    if (this.#fetches.get(flight) !== controller) return false;
    this.#fetches.delete(flight);
    return this.#client.present === module;
  }

  async #ask({ request, ask, within }: Of<'remote'>): Promise<void> {
    const module = this.#client.present;
    const isPresent = this.#watch(module);
    const textOf = (value: unknown) => module?.cacheText(value);
    const answer = await this.#remote?.ask(ask, within, textOf, this.#user.signal);
    if (!isPresent()) return;
    if (answer?.kind === 'hit') module?.cacheRemoteHit(request, answer.header, answer.value, answer.age);
    else {
      const generations = answer && 'generations' in answer ? Object.entries(answer.generations).flat() : [];
      module?.cacheRemoteAnswer(request, answer?.kind ?? 'failed', generations);
    }
  }

  /** Says whether the module is there yet, and the user the same. */
  #watch(module: RealtimeClient | undefined): () => boolean {
    const { signal } = this.#user;
    return () => this.#client.present === module && !signal.aborted;
  }

  async #keyOf(module: RealtimeClient | undefined): Promise<CryptoKey> {
    this.#key ??= module?.cacheKey();
    const key = this.#key;
    if (!key) throw new Error('It is not known yet whose it is.');
    try {
      return await key;
    } catch (error) {
      // It is asked for again with the next value.
      if (this.#key === key) this.#key = undefined;
      throw error;
    }
  }
}

/** Below this size, in bytes, compressing saves less than the space that a record takes anyway. */
const WORTH_COMPRESSING = 4_096;

/** What `flags` say of what is encrypted. */
const ENCRYPTED = 8;

/** How a value is written: bound to the name of its key and to its version. */
interface Options {
  name: string;
  version: string | undefined;
  compressAbove?: number;
  key?: CryptoKey | undefined;
}

type Encoded = { body: unknown; flags: number; bytes: number } | undefined;
type Decoded = [unknown] | undefined;
