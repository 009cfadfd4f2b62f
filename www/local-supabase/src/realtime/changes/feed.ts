import type { Claims } from '../../database/caller.js';
import type { Database } from '../../database/database.js';
import { Outbox } from '../outbox.js';
import type { RealtimeSettings } from '../settings.js';
import type { Upkeep } from '../upkeep.js';
import { parseBinding, type RawBinding } from './bindings.js';
import { type ChangedRow, dropChanges, type Relation, syncCapture, takeChanges } from './changedRows.js';
import { type CompiledBinding, compileBinding } from './compile.js';
import { matchFilters } from './filters.js';
import {
  type Grants,
  readGrants,
  type Selection,
  type Views,
  viewAsCaller,
  type Wish,
} from './visibility.js';

/** Whom changes are sent to. */
export interface Subscriber {
  readonly isOpen: boolean;
  /** `data` and `ids` are JSON text. */
  deliverChange(type: string, data: string, ids: string): void;
}

interface Subscription {
  subscriber: Subscriber;
  /** Those it subscribed with: they decide what it sees until it subscribes again. */
  claims: Claims;
  bindings: readonly CompiledBinding[];
  /** The same for all who see the same of a table with policies, and of one without. */
  caller: { claims: string; role: string };
}

/** A subscription whose bindings a change meets. */
interface Interest {
  subscription: Subscription;
  bindings: readonly CompiledBinding[];
}

/** Sends the changes of published tables to whoever subscribed and may see them, in the order of the commits. */
export class ChangeFeed {
  readonly #database: Database;
  readonly #settings: RealtimeSettings;
  readonly #outbox: Outbox;
  readonly #subscriptions = new Map<Subscriber, Subscription>();
  #isSyncing: Promise<void> | null = null;

  constructor(database: Database, settings: RealtimeSettings, upkeep: Upkeep) {
    this.#database = database;
    this.#settings = settings;
    this.#outbox = new Outbox({
      ...{ database, upkeep, table: 'realtime.changes', channel: 'realtime_changes' },
      pollIntervalMs: () => settings.pollIntervalMs,
      send: (numbers) => this.#send(numbers),
    });
  }

  start(): Promise<void> {
    return this.#outbox.start();
  }

  stop(): Promise<void> {
    return this.#outbox.stop();
  }

  /** All of a channel's bindings or, if one of them is wrong, none. */
  async subscribe(subscriber: Subscriber, claims: Claims, raw: readonly RawBinding[]): Promise<void> {
    await this.#captureNewTables();
    const bindings: CompiledBinding[] = [];
    for (const binding of raw.map(parseBinding)) {
      bindings.push(await compileBinding(this.#database, binding, claims.role));
    }
    // It may have been closed meanwhile, and would then never be unsubscribed.
    if (!subscriber.isOpen) return;
    const caller = { claims: JSON.stringify(claims), role: claims.role };
    this.#subscriptions.set(subscriber, { subscriber, claims, bindings, caller });
  }

  unsubscribe(subscriber: Subscriber): void {
    this.#subscriptions.delete(subscriber);
  }

  /** One at a time, for all who subscribe meanwhile. */
  #captureNewTables(): Promise<void> {
    this.#isSyncing ??= syncCapture(this.#database).finally(() => {
      this.#isSyncing = null;
    });
    return this.#isSyncing;
  }

  async #send(numbers: readonly string[]): Promise<void> {
    if (this.#subscriptions.size === 0) return dropChanges(this.#database, numbers);
    const rows = await this.#outbox.untilConnected(() => takeChanges(this.#database, numbers));
    await this.#outbox.untilConnected(() => this.#deliver(rows));
  }

  async #deliver(rows: readonly ChangedRow[]): Promise<void> {
    const interests = await this.#interests(rows);
    const viewsByCaller = await this.#look(interests);
    for (const [row, interested] of interests) {
      for (const { subscription, bindings } of interested) {
        const views = viewsByCaller.get(callerKey(row, subscription))?.get(row);
        for (const [selection, ids] of idsBySelection(bindings)) {
          const data = views?.get(selection);
          // It may have been closed while the database was asked.
          if (data === undefined || this.#subscriptions.get(subscription.subscriber) !== subscription)
            continue;
          subscription.subscriber.deliverChange(row.type, data, ids);
        }
      }
    }
  }

  /** Who is interested in which change: first by table and event, then by filter. */
  async #interests(rows: readonly ChangedRow[]): Promise<Map<ChangedRow, Interest[]>> {
    const interests = new Map<ChangedRow, Interest[]>();
    for (const row of rows) {
      const interested = [...this.#subscriptions.values()]
        .map((subscription) => ({
          subscription,
          bindings: subscription.bindings.filter((binding) => isAbout(binding, row)),
        }))
        .filter(({ bindings }) => bindings.length > 0);
      if (interested.length > 0) interests.set(row, interested);
    }
    for (const [relation, own] of groupBy([...interests.keys()], (row) => row.relation)) {
      await this.#applyFilters(relation, own, interests);
    }
    return interests;
  }

  async #applyFilters(
    relation: Relation,
    rows: readonly ChangedRow[],
    interests: Map<ChangedRow, Interest[]>,
  ): Promise<void> {
    const bindings = rows.flatMap((row) =>
      (interests.get(row) ?? []).flatMap((interest) => interest.bindings),
    );
    const filters = new Map(bindings.map(({ filterText, filter }) => [filterText, filter]));
    filters.delete('');
    const matches = await matchFilters(this.#database, relation, rows, filters);
    for (const [index, row] of rows.entries()) {
      const isMet = ({ filterText }: CompiledBinding) => filterText === '' || matches[index]?.has(filterText);
      const left = (interests.get(row) ?? [])
        .map(({ subscription, bindings: own }) => ({ subscription, bindings: own.filter(isMet) }))
        .filter(({ bindings: own }) => own.length > 0);
      interests.set(row, left);
    }
  }

  /** Each caller looks once, at all of the rows that it is interested in. */
  async #look(interests: ReadonlyMap<ChangedRow, readonly Interest[]>): Promise<Map<string, Views>> {
    const callers = new Map<string, { claims: Claims; wishes: Map<ChangedRow, Set<Selection>> }>();
    for (const [row, interested] of interests) {
      for (const { subscription, bindings } of interested) {
        const key = callerKey(row, subscription);
        const caller = callers.get(key) ?? { claims: subscription.claims, wishes: new Map() };
        const selections = caller.wishes.get(row) ?? new Set<Selection>();
        for (const { selection } of bindings) selections.add(selection);
        caller.wishes.set(row, selections);
        callers.set(key, caller);
      }
    }
    const relations = new Set([...interests.keys()].map(({ relation }) => relation));
    const grantsByRole = new Map<string, Grants>();
    const views = new Map<string, Views>();
    for (const [key, { claims, wishes }] of callers) {
      const grants =
        grantsByRole.get(claims.role) ?? (await readGrants(this.#database, claims.role, relations));
      grantsByRole.set(claims.role, grants);
      const list: Wish[] = [...wishes].map(([row, selections]) => ({ row, selections }));
      views.set(key, await viewAsCaller(this.#database, claims, grants, list, this.#settings.maxRowBytes));
    }
    return views;
  }
}

function isAbout({ event, tables }: CompiledBinding, { type, relation }: ChangedRow): boolean {
  return (event === '*' || event === type) && tables.has(relation.oid);
}

/** Without policies all of a role see the same; with them it is a matter of all claims. */
function callerKey({ relation }: ChangedRow, { caller }: Subscription): string {
  return relation.isSecured ? caller.claims : caller.role;
}

/** As JSON text. The real server lists the ids from the last binding to the first. */
function idsBySelection(bindings: readonly CompiledBinding[]): Map<Selection, string> {
  const groups = groupBy(bindings, ({ selection }) => selection);
  return new Map(
    [...groups].map(([selection, own]) => [selection, JSON.stringify(own.map(({ id }) => id).reverse())]),
  );
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
