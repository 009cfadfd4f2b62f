import type { RealtimeSettings } from '../settings.js';
import { RateCounter } from './rateCounter.js';

/** A real payload limit counts the server's own encoding, for which it leaves this much room. */
const payloadPaddingBytes = 500;

/** What all clients of a project may do together, and how large a payload may be. */
export class Limits {
  readonly #settings: RealtimeSettings;
  readonly #messages = new RateCounter();
  readonly #presence = new RateCounter();
  readonly #joins = new RateCounter();

  constructor(settings: RealtimeSettings) {
    this.#settings = settings;
  }

  /** A broadcast that was sent, or one that was delivered. */
  countMessages(count: number): void {
    if (this.#settings.maxMessagesPerSecond !== null) this.#messages.add(count, Date.now());
  }

  get tooManyMessages(): boolean {
    return this.#messages.exceeds(this.#settings.maxMessagesPerSecond, Date.now());
  }

  /** Whether `count` more at once would be too many. */
  wouldBeTooMany(count: number): boolean {
    const limit = this.#settings.maxMessagesPerSecond;
    return limit !== null && count + this.#messages.perSecond(Date.now()) > limit;
  }

  /** Counts a presence message, unless there are too many. */
  takePresence(): boolean {
    return take(this.#presence, this.#settings.maxPresenceMessagesPerSecond);
  }

  countPresence(): void {
    if (this.#settings.maxPresenceMessagesPerSecond !== null) this.#presence.add(1, Date.now());
  }

  /** Counts a join, unless there are too many. */
  takeJoin(): boolean {
    return take(this.#joins, this.#settings.maxJoinsPerSecond);
  }

  get tooManyJoins(): boolean {
    return this.#joins.exceeds(this.#settings.maxJoinsPerSecond, Date.now());
  }

  isTooLarge(bytes: number): boolean {
    return bytes > this.#settings.maxPayloadKilobytes * 1_000 + payloadPaddingBytes;
  }
}

function take(counter: RateCounter, limit: number | null): boolean {
  if (limit === null) return true;
  const now = Date.now();
  if (counter.exceeds(limit, now)) return false;
  counter.add(1, now);
  return true;
}
