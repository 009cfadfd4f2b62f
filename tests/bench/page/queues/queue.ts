import type { Mutation } from './mutation.js';

/**
 * An offline queue as the cases use it. It takes its own time, because one of them lives in a service worker;
 * mutations are named by their numbers, so that each side makes them outside the clock and nothing is carried over.
 */
export interface Queue {
  /** Nothing waits and nothing is left of earlier rounds. From now on the transport keeps what it is given, or counts it. */
  clear(keepBodies?: boolean): Promise<void>;
  /** So many mutations, from number 0 on, wait to be sent; not timed. */
  fill(count: number): Promise<void>;
  /** Milliseconds until mutations are stored, each enqueued once the one before it was, or all at once. */
  enqueue(first: number, count: number, how: 'one by one' | 'at once'): Promise<number>;
  /** Milliseconds until all that waits was sent and is gone from the storage. */
  drain(): Promise<number>;
  /** What the storage holds, in any order. */
  waiting(): Promise<Mutation[]>;
  /** How many of them the storage holds. */
  count(): Promise<number>;
  /** What the transport was given since `clear`. */
  sent(): Promise<Sent>;
  close?(): Promise<void> | void;
}

/** How many requests there were, and their bodies where they were kept. */
export interface Sent {
  count: number;
  bodies: string[];
}
