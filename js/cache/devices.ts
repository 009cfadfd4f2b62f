import type { Client } from '../client.js';
import { report } from '../emitter.js';
import type { CheckedCache } from '../options/cache.js';
import type { RealtimeSubscriptionManager } from '../realtime.js';

/** The broadcast that devices tell each other by what has become invalid. */
const EVENT = 'wedsync-cache';
/** The most that is kept for a supplier until it can be sent. */
const MOST_UNSENT = 100;
/** The longest message that is listened to, in characters. */
const LONGEST = 100_000;

interface Supplier {
  id: string;
  isLive: boolean;
  unsent: string[];
}

/** Tells the members' other devices what has become invalid, and hears it of them. */
export class Devices {
  readonly #client: Client;
  readonly #realtime: RealtimeSubscriptionManager;
  readonly #options: CheckedCache;
  readonly #suppliers = new Map<string, Supplier>();
  #watching: AbortController | undefined;

  constructor(client: Client, realtime: RealtimeSubscriptionManager, options: CheckedCache) {
    this.#client = client;
    this.#realtime = realtime;
    this.#options = options;
  }

  /** Listens to the devices of a supplier's members from now on. */
  meet(supplier: string): void {
    if (!this.#options.devices) {
      this.#watch();
      return;
    }
    if (this.#suppliers.has(supplier)) return;
    const channel = this.#options.topic(supplier);
    if (channel === null) return;
    const id = `cache:${supplier}`;
    const known: Supplier = { id, isLive: false, unsent: [] };
    this.#suppliers.set(supplier, known);
    report(() => {
      const subscribed = this.#realtime.subscribe(id, {
        channel,
        private: true,
        event: EVENT,
        onData: ({ payload }: { payload: unknown }) => this.#heard(payload),
        onContinuity: (continuity) => {
          if (continuity === 'lost') this.#client.present?.cacheGap();
        },
        onStatus: (status) => {
          known.isLive = status === 'live';
          if (known.isLive) this.#sendAll(known);
          // Somebody has ended it: it begins anew with the next use.
          if (status === 'closed' || status === 'failed') this.#end(supplier, known);
        },
      });
      // `onStatus` tells of it, and health.
      subscribed.catch(() => this.#end(supplier, known));
    });
  }

  /** Tells them. What cannot be sent now is sent once it can. */
  publish(supplier: string, text: string): void {
    this.meet(supplier);
    const known = this.#suppliers.get(supplier);
    if (!known) return;
    known.unsent.push(text);
    if (known.unsent.length > MOST_UNSENT) known.unsent.shift();
    if (known.isLive) this.#sendAll(known);
  }

  /** Another user is here. */
  forget(): void {
    const all = [...this.#suppliers.values()];
    this.#suppliers.clear();
    for (const { id } of all) report(() => void this.#realtime.unsubscribe(id));
  }

  /** Nobody is listened to any more. */
  close(): void {
    this.#watching?.abort();
  }

  /** Without their broadcasts, the counters of the remote tier tell what was missed: they are asked for after a time away. */
  #watch(): void {
    if (this.#watching || this.#options.remote === undefined) return;
    this.#watching = new AbortController();
    const { signal } = this.#watching;
    const back = () => this.#client.present?.cacheGap();
    addEventListener('online', back, { signal });
    addEventListener('pageshow', ({ persisted }) => persisted && back(), { signal });
    document.addEventListener('resume', back, { signal });
  }

  #end(supplier: string, known: Supplier): void {
    if (this.#suppliers.get(supplier) !== known) return;
    this.#suppliers.delete(supplier);
    // What others have said meanwhile was not heard.
    this.#client.present?.cacheGap();
  }

  #sendAll(known: Supplier): void {
    for (const text of known.unsent.splice(0)) {
      this.#realtime.send(known.id, EVENT, { text }).catch(() => {
        if (known.unsent.length < MOST_UNSENT) known.unsent.push(text);
      });
    }
  }

  /** Anybody who may send on the topic has sent this. */
  #heard(payload: unknown): void {
    const { text } = (payload ?? {}) as { text?: unknown };
    if (typeof text === 'string' && text.length <= LONGEST) this.#client.present?.cacheHeard(text);
  }
}
