import type { EventLog, OpenLog } from '../event-log.js';
import { pagesOfEvents, type StreamEvent } from '../events.js';
import { deleteDatabase, freshName } from '../indexeddb.js';
import { loadPeer } from '../load.js';
import { openPackedLog } from '../peers/packed-log.js';
import type { MakeSides, Side } from '../side.js';

export const makeSides: MakeSides = async (_, { amount }) => {
  const { openDexieLog } = await loadPeer('dexie', () => import('../peers/dexie-log.js'));
  const count = amount(100_000);
  return [
    replaying('peer', 'dexie', openDexieLog, count),
    replaying('limit', 'packed IndexedDB', openPackedLog, count),
  ];
};

function replaying(role: Side['role'], name: string, open: OpenLog, count: number): Side {
  const database = freshName();
  let log: EventLog;
  const replay = async () => {
    const projection = new Projection();
    const started = performance.now();
    await log.replay((event) => projection.add(event));
    const ms = performance.now() - started;
    if (projection.events !== count)
      throw new Error(`${name} replayed ${projection.events} of ${count} events.`);
    return { ms, projection };
  };
  return {
    role,
    name,
    async prepare() {
      log = await open(database);
      for (const page of pagesOfEvents(count)) await log.apply(page);
    },
    round: async () => (await replay()).ms,
    async result() {
      const { projection } = await replay();
      return projection.state();
    },
    async close() {
      log?.close();
      await deleteDatabase(database);
    },
  };
}

/** What a dashboard makes of its events: how many there were of each type, and the last of each client. */
class Projection {
  events = 0;
  #counts = new Map<string, number>();
  #lastOfClient = new Map<string, StreamEvent>();

  add(event: StreamEvent): void {
    this.events += 1;
    this.#counts.set(event.event_type, (this.#counts.get(event.event_type) ?? 0) + 1);
    this.#lastOfClient.set(event.payload.client_id, event);
  }

  /** In an order that does not depend on that of the events. */
  state() {
    return {
      counts: [...this.#counts].sort(),
      lastOfClient: [...this.#lastOfClient.values()].sort(byNumber),
    };
  }
}

function byNumber(one: StreamEvent, other: StreamEvent): number {
  return one.seq - other.seq;
}
