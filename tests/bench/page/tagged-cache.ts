import type { Entry } from './values.js';

export interface TaggedEntry extends Entry {
  tags: string[];
}

/** A cache whose entries are invalidated by tag. */
export interface TaggedCache {
  /** The entries are there and valid. */
  fill(entries: TaggedEntry[]): Promise<void> | void;
  /** Resolves once it is durable, where it can be. */
  invalidate(tag: string): unknown;
  /** What a read says of the entry. */
  isValid(entry: TaggedEntry): Promise<boolean> | boolean;
  close(): Promise<void> | void;
}

export type OpenTaggedCache = () => Promise<TaggedCache> | TaggedCache;
