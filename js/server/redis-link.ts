import { LRUCache } from 'lru-cache';
import { Breaker } from './breaker.js';
import { COUNTS, RAISE, READ, WRITE } from './scripts.js';
import { Unreachable } from './store.js';

/** What is used of a client of ioredis, of one server or of a cluster. */
interface Client {
  readonly status: string;
  on(event: string, listener: (error: Error) => void): unknown;
  once(event: string, listener: () => void): unknown;
  defineCommand(name: string, definition: { lua: string }): void;
  disconnect(): void;
}

type Command = (keys: number, ...values: (string | number | Uint8Array)[]) => Promise<unknown>;
type Constructor = new (...given: unknown[]) => Client;

/** How Redis is reached. */
export interface RedisSettings {
  /** Addresses, more than one for a cluster's nodes. */
  readonly urls: readonly string[];
  readonly isCluster: boolean;
  /** Gives the module ioredis. */
  readonly load: () => PromiseLike<unknown>;
  /** Milliseconds for anything but a read. */
  readonly timeout: number;
  /** Hears of what has gone wrong. */
  readonly onError: (error: Error) => void;
}

/** A connection that fails is tried again after so long at most, in milliseconds. */
const LONGEST_PAUSE = 2_000;

const MOST_BREAKERS = 10_000;

const scripts = { read: READ, write: WRITE, raise: RAISE, counts: COUNTS };

/** Redis, asked by scripts, each within a time and behind a breaker. */
export class RedisLink {
  readonly #settings: RedisSettings;
  readonly #breaker = new Breaker();
  /** By counters, of a cluster: a node that fails has some suppliers, and others go on. */
  readonly #breakers = new LRUCache<string, Breaker>({ max: MOST_BREAKERS });
  #client: Promise<Client> | undefined;
  #becomingReady: Promise<void> | undefined;
  #isClosed = false;

  constructor(settings: RedisSettings) {
    this.#settings = settings;
  }

  /**
   * Runs a script, whose first key is a supplier's counters. What it gives is as Redis sends it, texts as bytes.
   *
   * @throws {Unreachable} if it has not answered within so many milliseconds, has refused, or is not asked for the time being.
   */
  async run(
    script: keyof typeof scripts,
    keys: readonly string[],
    values: readonly (string | number | Uint8Array)[],
    within: number,
  ): Promise<unknown> {
    const breaker = this.#breakerOf(keys);
    const permit = breaker.permit();
    if (permit === undefined) throw new Unreachable('Redis has failed and is not asked for a while.');
    try {
      const given = await inTime(within, async (signal) => {
        const client = await this.#ready(signal);
        const command = (client as unknown as Record<string, Command>)[`${commandName(script)}Buffer`];
        return command?.call(client, keys.length, ...keys, ...values);
      });
      breaker.settle(permit, true);
      return given;
    } catch (cause) {
      // One that refuses to write, for it is full, may yet be read.
      const isRefusal = script !== 'read' && cause instanceof Error && cause.name === 'ReplyError';
      breaker.settle(permit, isRefusal);
      if (cause instanceof Error) this.#settings.onError(cause);
      throw new Unreachable('Redis was not reached.', { cause });
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const client = await this.#client?.catch(() => undefined);
    client?.disconnect();
  }

  #breakerOf([counters = '']: readonly string[]): Breaker {
    if (!this.#settings.isCluster) return this.#breaker;
    const known = this.#breakers.get(counters);
    if (known !== undefined) return known;
    const breaker = new Breaker();
    this.#breakers.set(counters, breaker);
    return breaker;
  }

  async #ready(signal: AbortSignal): Promise<Client> {
    if (this.#isClosed) throw new Unreachable('It is closed.');
    this.#client ??= this.#connect();
    const client = await this.#client;
    if (client.status !== 'ready') {
      // Without an offline queue a command that comes too early fails, and the first one always does.
      this.#becomingReady ??= new Promise((resolve) => {
        client.once('ready', () => {
          this.#becomingReady = undefined;
          resolve();
        });
      });
      await this.#becomingReady;
    }
    // Who has been told that it was not done must not find it done.
    signal.throwIfAborted();
    return client;
  }

  async #connect(): Promise<Client> {
    try {
      const client = await this.#create();
      client.on('error', this.#settings.onError);
      for (const [name, lua] of Object.entries(scripts)) {
        client.defineCommand(commandName(name), { lua });
      }
      return client;
    } catch (error) {
      this.#client = undefined;
      throw error;
    }
  }

  async #create(): Promise<Client> {
    const { urls, isCluster, timeout, load } = this.#settings;
    const { Redis, Cluster } = (await load()) as { Redis?: Constructor; Cluster?: Constructor };
    if (Redis === undefined || Cluster === undefined) {
      throw new TypeError('The option `load` of redis does not give the module ioredis.');
    }
    const pause = (attempt: number): number => Math.min(50 * 2 ** attempt, LONGEST_PAUSE);
    const common = {
      commandTimeout: timeout,
      connectTimeout: timeout,
      enableReadyCheck: true,
      maxRetriesPerRequest: 1,
      // After a failover the former master is read-only.
      reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    };
    if (!isCluster) {
      return new Redis(urls[0], { ...common, enableOfflineQueue: false, retryStrategy: pause });
    }
    const { username, password, protocol } = new URL(urls[0] ?? '');
    const secrets = {
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' ? { tls: {} } : {}),
    };
    const nodes = urls.map((url) => {
      const { hostname, port } = new URL(url);
      return { host: hostname, port: Number(port || 6379) };
    });
    return new Cluster(nodes, {
      // A cluster reads it here, and nowhere else.
      enableOfflineQueue: false,
      clusterRetryStrategy: pause,
      slotsRefreshTimeout: timeout,
      redisOptions: { ...common, ...secrets },
    });
  }
}

/** A method of the client's, which must not be one that it has. */
function commandName(script: string): string {
  return `wedsync${script}`;
}

/** What is given within so many milliseconds. */
async function inTime<Given>(within: number, ask: (signal: AbortSignal) => Promise<Given>): Promise<Given> {
  const ended = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Unreachable(`It has not answered within ${within} ms.`);
      ended.abort(error);
      reject(error);
    }, within);
  });
  try {
    return await Promise.race([ask(ended.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
