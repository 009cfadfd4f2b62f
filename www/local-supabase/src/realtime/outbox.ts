import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, isConnectionLoss } from '../database/database.js';
import { SerialQueue } from './serialQueue.js';
import type { Upkeep } from './upkeep.js';

/** More are sent in several turns, so that a large commit is not held in memory whole. */
const mostAtOnce = 1_000;

const retryMs = 200;

export interface OutboxOptions {
  database: Database;
  upkeep: Upkeep;
  /** The table whose rows wait to be sent, with a `number`; each is deleted when it is taken. */
  table: string;
  /** The notifications that carry the numbers. */
  channel: string;
  /** How long announced rows wait for others; 0: not at all. */
  pollIntervalMs: () => number;
  send: (numbers: readonly string[]) => Promise<void>;
}

/**
 * What waits in a table to be sent: in the order in which it was announced, that of the commits. A row stays in the
 * table until it is taken, so that it is sent also when its announcement was lost, and once when it came twice.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #queue = new SerialQueue();
  #pending = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { database, table, channel } = this.#options;
    // Nobody was there for what waits already.
    await database.query(`delete from ${table}`);
    await database.listen(
      channel,
      (number) => this.#announce(number),
      `select number as payload from ${table} order by number`,
    );
  }

  /** Resolves once nothing of it uses the database any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await new Promise<void>((resolve) => this.#queue.add(resolve));
  }

  /** Does something again and again until it does not fail because the database is away. */
  async untilConnected<Result>(work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await work();
      } catch (cause) {
        if (this.#isStopped || !isConnectionLoss(cause)) throw cause;
        await sleep(retryMs, undefined, { ref: false });
      }
    }
  }

  #announce(number: string): void {
    const isFirst = this.#pending.size === 0;
    this.#pending.add(number);
    if (!isFirst || this.#isStopped) return;
    const interval = this.#options.pollIntervalMs();
    if (interval === 0) this.#queue.add(() => this.#flush());
    else
      this.#timer = setTimeout(
        () => this.#queue.add(() => this.#flush()),
        interval - (Date.now() % interval),
      );
  }

  async #flush(): Promise<void> {
    const numbers = [...this.#pending];
    this.#pending = new Set();
    for (let start = 0; start < numbers.length && !this.#isStopped; start += mostAtOnce) {
      const some = numbers.slice(start, start + mostAtOnce);
      await this.#options.send(some);
      await this.#options.upkeep.after(some.length);
    }
  }
}
