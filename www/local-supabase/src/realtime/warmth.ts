import { setTimeout as sleep } from 'node:timers/promises';
import type { DelayRange, RealtimeSettings } from './settings.js';

/**
 * A server that nobody has used yet connects to its database first, and rows that are committed meanwhile are lost
 * to whoever subscribed. The local one is connected from the start and only takes as long, if it is asked to.
 */
export class Warmth {
  readonly #settings: RealtimeSettings;
  #warm: Promise<void> | null = null;

  constructor(settings: RealtimeSettings) {
    this.#settings = settings;
  }

  /** Starts the clock with the first caller; the others wait for the same moment. */
  warmUp(): Promise<void> {
    this.#warm ??= pause(this.#settings.coldSubscriptionDelayMs);
    return this.#warm;
  }
}

/** Waits for a time between the two bounds. */
export async function pause([leastMs, mostMs]: DelayRange): Promise<void> {
  const wait = leastMs + Math.random() * (mostMs - leastMs);
  if (wait > 0) await sleep(wait, undefined, { ref: false });
}
