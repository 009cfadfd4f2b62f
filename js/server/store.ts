import type { Generation } from '../cache-protocol/generation.js';

/** What counters say, as text, by their tags. */
export type Counts = [tag: string, generation: string][];

/** An entry that is to be kept. */
export interface NewEntry {
  readonly key: string;
  /** The header, as it is given again. */
  readonly header: string;
  /** Its tags, with what their counters said before its fetch began. */
  readonly tags: readonly (readonly [tag: string, seen: Generation])[];
  /** For how long it is kept, in milliseconds. */
  readonly lifetime: number;
  readonly etag: string;
  /** Left out where the value cannot be kept: what there is under the key is older, and goes. */
  readonly body: Uint8Array | undefined;
}

/** An entry that is kept and valid. */
export interface Found {
  readonly header: string;
  /** For how long it has been kept, in milliseconds. */
  readonly age: number;
  readonly etag: string;
  /** Left out where the asker has the body of this etag. */
  readonly body: Uint8Array | undefined;
}

/**
 * Where entries and the counters of their tags are kept. Each supplier's are apart: nothing that is asked for one looks at another's.
 *
 * Counters may be lost or go back, for a restart brings back an older state. So each supplier has a floor, an epoch at which its counters
 * were begun: what was stored above another floor is not valid, and where a tag has no counter of its own, what has seen one say less than
 * `floor.0.0` has seen one that was lost. What has seen none is taken to have missed nothing.
 */
export interface CacheStore {
  /** What answers are said to come from. */
  readonly tier: 'redis' | 'memory';
  /** The entry of a key, if there is a valid one. */
  read(supplier: string, key: string, etag: string): Promise<Found | undefined>;
  /**
   * Keeps each entry that has a value, unless one of its tags has gone on since it was fetched: then nothing of it is kept, and what its tags' counters say
   * is given in its place. Counters that say less than a kept entry's are raised to that.
   */
  write(supplier: string, entries: readonly NewEntry[]): Promise<(Counts | undefined)[]>;
  /**
   * Counts on: no entry is valid any more that has one of these tags and has not seen it say what it says now. What whoever asks has
   * counted himself, by the places of the tags, becomes what they say where they are not further.
   */
  raise(supplier: string, tags: readonly string[], said?: readonly Generation[]): Promise<Counts>;
  /** What the counters of tags say; `0.0.0` of one that has not counted. */
  counts(supplier: string, tags: readonly string[]): Promise<Counts>;
  /** Lets go of connections. */
  close(): Promise<void>;
}

/** The store could not be asked, or has not answered in time. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}
