import { report } from '../emitter.js';
import type { PostgresChange } from '../messages.js';
import type { CheckedCache } from '../options/cache.js';
import type { RealtimeSubscriptionManager } from '../realtime.js';
import type { CacheChange } from './types.js';

/** The most tables of suppliers that are listened to. */
const MOST = 50;

/** Listens to the tables that entries depend on. */
export class Tables {
  readonly #realtime: RealtimeSubscriptionManager;
  readonly #options: CheckedCache;
  readonly #changed: (supplier: string, change: CacheChange) => void;
  readonly #gap: (supplier: string, table: string) => void;
  /** What is listened to, by supplier and table, with the ids of subscriptions. */
  readonly #listened = new Map<string, string>();

  constructor(
    realtime: RealtimeSubscriptionManager,
    options: CheckedCache,
    changed: (supplier: string, change: CacheChange) => void,
    gap: (supplier: string, table: string) => void,
  ) {
    this.#realtime = realtime;
    this.#options = options;
    this.#changed = changed;
    this.#gap = gap;
  }

  /** An entry of a supplier's depends on these. */
  depend(supplier: string, dependsOn: readonly string[]): void {
    for (const on of dependsOn) {
      const [table = ''] = on.split(':', 1);
      this.#listen(supplier, table);
    }
  }

  /** Another user is here. */
  forget(): void {
    const ids = [...this.#listened.values()];
    this.#listened.clear();
    for (const id of ids) report(() => void this.#realtime.unsubscribe(id));
  }

  #listen(supplier: string, table: string): void {
    const { tables, schema, supplierColumn, topic } = this.#options;
    const name = JSON.stringify([supplier, table]);
    if (tables === 'none' || this.#listened.has(name) || this.#listened.size >= MOST) return;
    const channel = topic(supplier);
    if (channel === null) return;
    const id = `cache:${supplier}:${table}`;
    this.#listened.set(name, id);
    const end = () => {
      if (this.#listened.get(name) !== id) return;
      this.#listened.delete(name);
      this.#gap(supplier, table);
    };
    const common = {
      onContinuity: (continuity: 'resumed' | 'lost') => {
        if (continuity === 'lost') this.#gap(supplier, table);
      },
      onStatus: (status: string) => {
        if (status === 'closed' || status === 'failed') end();
      },
    };
    report(() => {
      const subscribed =
        tables === 'broadcasts'
          ? this.#realtime.subscribe(id, {
              ...common,
              channel,
              private: true,
              event: `${table}_changed`,
              onData: ({ payload }: { payload: unknown }) => this.#told(supplier, table, payload, payload),
            })
          : this.#realtime.subscribe(id, {
              ...common,
              channel: id,
              // The server does not filter what is deleted.
              changes: [
                { schema, table, filter: [{ column: supplierColumn, operator: 'eq', value: supplier }] },
                { schema, table, event: 'DELETE' },
              ],
              onData: (change: PostgresChange) => {
                this.#told(supplier, table, { ...change.old_record, ...change.record }, change);
              },
            });
      subscribed.catch(end);
    });
  }

  #told(supplier: string, table: string, of: unknown, change: unknown): void {
    const key = (of as Record<string, unknown> | null | undefined)?.[this.#options.rowKey];
    const row = typeof key === 'string' || typeof key === 'number' ? String(key) : null;
    this.#changed(supplier, { table, row, change });
  }
}
