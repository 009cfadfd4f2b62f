import type { Claims } from '../database/caller.js';
import { type Database, recallMinutes } from '../database/database.js';
import { parseBinding, type RawBinding } from './bindings.js';
import { type ChangedRow, matchFilters, prune, readChanges, visibleParts } from './changedRows.js';
import { SerialQueue } from './serialQueue.js';
import { type CompiledBinding, compileBinding } from './subscriptions.js';

const pruneEveryMs = 30_000;

const recall = `select number as payload from realtime.changes
  where committed_at > now() - interval '${recallMinutes} minutes' order by number`;

/** Whom changes are sent to: a joined channel, with the claims that decide what it sees. */
export interface Subscriber {
  readonly claims: Claims;
  readonly isOpen: boolean;
  /** `data` and `ids` are JSON text. */
  deliverChange(data: string, ids: string): void;
}

/** Sends the changes of published tables to whoever subscribed and may see them, in the order of the commits. */
export class ChangeFeed {
  readonly #database: Database;
  readonly #subscriptions = new Map<Subscriber, CompiledBinding[]>();
  readonly #queue = new SerialQueue();
  #pending: string[] = [];
  #prunedAt = Date.now();

  constructor(database: Database) {
    this.#database = database;
  }

  async start(): Promise<void> {
    const announced = (number: string): void => {
      this.#pending.push(number);
      if (this.#pending.length === 1) this.#queue.add(() => this.#flush());
    };
    await this.#database.listen('realtime_changes', announced, recall);
  }

  /** All of a channel's bindings or, if one of them is wrong, none. */
  async subscribe(channel: Subscriber, raw: readonly RawBinding[]): Promise<void> {
    const compiled: CompiledBinding[] = [];
    await this.#database.query('select realtime.sync_capture()');
    for (const binding of raw.map(parseBinding)) compiled.push(await compileBinding(this.#database, binding));
    // It may have been closed meanwhile, and would then never be unsubscribed.
    if (channel.isOpen) this.#subscriptions.set(channel, compiled);
  }

  unsubscribe(channel: Subscriber): void {
    this.#subscriptions.delete(channel);
  }

  async #flush(): Promise<void> {
    const numbers = this.#pending;
    this.#pending = [];
    if (this.#subscriptions.size > 0) {
      for (const row of await readChanges(this.#database, numbers)) await this.#deliver(row);
    }
    if (Date.now() - this.#prunedAt > pruneEveryMs) {
      this.#prunedAt = Date.now();
      await prune(this.#database);
    }
  }

  async #deliver(row: ChangedRow): Promise<void> {
    const interested = this.#interestedIn(row);
    if (interested.length === 0) return;
    const filters = [...new Set(interested.flatMap(({ bindings }) => bindings))];
    const matching = await matchFilters(this.#database, row, filters);
    for (const [, group] of groupByCaller(interested)) {
      const [first] = group;
      if (first === undefined) continue;
      const wanted = group
        .map(({ channel, bindings }) => ({ channel, bindings: bindings.filter((one) => matching.has(one)) }))
        .filter(({ bindings }) => bindings.length > 0);
      if (wanted.length > 0) await this.#deliverToCaller(row, first.channel, wanted);
    }
  }

  #interestedIn(row: ChangedRow): Interest[] {
    const interested: Interest[] = [];
    for (const [channel, all] of this.#subscriptions) {
      const bindings = all.filter(
        ({ event, schema, table }) =>
          (event === '*' || event === row.type) &&
          (schema === '*' || schema === row.schema) &&
          (table === '*' || table === row.table),
      );
      if (bindings.length > 0) interested.push({ channel, bindings });
    }
    return interested;
  }

  async #deliverToCaller(row: ChangedRow, caller: Subscriber, wanted: readonly Interest[]): Promise<void> {
    const selections = new Set(wanted.flatMap(({ bindings }) => bindings.map(({ select }) => select)));
    for (const select of selections) {
      const data = await visibleParts(this.#database, row, caller.claims, select);
      if (data === null) continue;
      for (const { channel, bindings } of wanted) {
        // The real server lists the ids from the last binding to the first.
        const ids = bindings.filter((one) => one.select === select).map(({ id }) => id);
        if (ids.length > 0 && this.#subscriptions.has(channel)) {
          channel.deliverChange(data, JSON.stringify(ids.reverse()));
        }
      }
    }
  }
}

interface Interest {
  channel: Subscriber;
  bindings: CompiledBinding[];
}

/** Channels of the same claims see the same, so it is looked up once for them. */
function groupByCaller(interested: readonly Interest[]): Map<string, Interest[]> {
  const groups = new Map<string, Interest[]>();
  for (const interest of interested) {
    const key = JSON.stringify(interest.channel.claims);
    groups.set(key, [...(groups.get(key) ?? []), interest]);
  }
  return groups;
}
