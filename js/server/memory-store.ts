import { LRUCache } from 'lru-cache';
import {
  type Generation,
  generationText,
  holds,
  isAbove,
  NO_GENERATION,
  nextGeneration,
} from '../cache-protocol/generation.js';
import { keyOfTag } from '../cache-protocol/tags.js';
import type { CacheStore, Counts, Found, NewEntry } from './store.js';

/** The most suppliers whose counters are kept. */
const MOST_SUPPLIERS = 10_000;
/** What an entry takes besides its texts and its value, in bytes, roughly. */
const OVERHEAD = 500;

/** The bounds of {@link MemoryStore}. */
export interface MemoryBounds {
  /** Bytes of all entries. */
  readonly maxBytes: number;
  /** The most counters of a supplier. Beyond, they are begun anew. */
  readonly mostCounters: number;
}

/** A supplier's counters. */
interface Counters {
  readonly floor: Generation;
  readonly byTag: Map<string, Generation>;
}

interface Kept extends NewEntry {
  readonly body: Uint8Array;
  /** Above which it was stored. */
  readonly counters: Counters;
  /** When, in milliseconds of a clock that is never set. */
  readonly at: number;
}

/** Keeps in this process, the last used as far as there is room. */
export class MemoryStore implements CacheStore {
  readonly tier = 'memory';
  readonly #entries: LRUCache<string, Kept>;
  readonly #suppliers = new LRUCache<string, Counters>({ max: MOST_SUPPLIERS });
  readonly #bounds: MemoryBounds;
  #highest = 0;

  constructor(bounds: MemoryBounds) {
    this.#bounds = bounds;
    this.#entries = new LRUCache({
      maxSize: bounds.maxBytes,
      sizeCalculation: ({ key, header, body }) => OVERHEAD + 2 * (key.length + header.length) + body.length,
      // An entry that is read lives no longer.
      updateAgeOnGet: false,
    });
  }

  async read(supplier: string, key: string, etag: string): Promise<Found | undefined> {
    const entry = this.#entries.get(nameOf(supplier, key));
    if (entry === undefined || entry.counters !== this.#suppliers.get(supplier)) return undefined;
    const { byTag } = entry.counters;
    const isValid = entry.tags.every(([tag, seen]) => {
      const known = byTag.get(tag);
      return known === undefined || holds(seen, known);
    });
    if (!isValid) return undefined;
    const age = Math.floor(performance.now() - entry.at);
    const body = entry.etag === etag ? undefined : entry.body;
    return { header: entry.header, age, etag: entry.etag, body };
  }

  async write(supplier: string, entries: readonly NewEntry[]): Promise<(Counts | undefined)[]> {
    const counters = this.#countersOf(supplier);
    return entries.map((entry) => this.#writeOne(supplier, counters, entry));
  }

  async raise(supplier: string, tags: readonly string[], said: readonly Generation[] = []): Promise<Counts> {
    const counters = this.#countersOf(supplier);
    return tags.map((tag, index) => {
      const known = counters.byTag.get(tag) ?? counters.floor;
      const next = nextGeneration(known, Date.now(), said[index]);
      this.#count(counters, tag, next);
      const key = keyOfTag(tag);
      if (key !== undefined) this.#entries.delete(nameOf(supplier, key));
      return [tag, generationText(next)];
    });
  }

  async counts(supplier: string, tags: readonly string[]): Promise<Counts> {
    const counters = this.#countersOf(supplier);
    return tags.map((tag) => [tag, generationText(counters.byTag.get(tag) ?? NO_GENERATION)]);
  }

  async close(): Promise<void> {
    this.#entries.clear();
    this.#suppliers.clear();
  }

  #writeOne(supplier: string, counters: Counters, entry: NewEntry): Counts | undefined {
    const judged = entry.tags.map(([tag, seen]) => {
      // Who knows of no counter where there is none has missed nothing.
      const known = counters.byTag.get(tag) ?? (holds(NO_GENERATION, seen) ? NO_GENERATION : counters.floor);
      return { tag, seen, known };
    });
    if (!judged.every(({ seen, known }) => holds(seen, known))) {
      return judged.map(({ tag, known }) => [tag, generationText(known)]);
    }
    for (const { tag, seen, known } of judged) {
      if (isAbove(seen, known)) this.#count(counters, tag, seen);
    }
    const name = nameOf(supplier, entry.key);
    const { body } = entry;
    if (body === undefined) this.#entries.delete(name);
    else {
      const kept = { ...entry, body, counters, at: performance.now() };
      this.#entries.set(name, kept, { ttl: Math.max(1, entry.lifetime) });
    }
    return undefined;
  }

  #count(counters: Counters, tag: string, generation: Generation): void {
    counters.byTag.set(tag, generation);
    this.#highest = Math.max(this.#highest, generation.epoch);
  }

  /** Begun anew, they are above whatever was counted before. */
  #countersOf(supplier: string): Counters {
    const known = this.#suppliers.get(supplier);
    if (known !== undefined && known.byTag.size <= this.#bounds.mostCounters) return known;
    this.#highest = Math.max(Date.now(), this.#highest + 1);
    const counters = { floor: { epoch: this.#highest, count: 0, origin: 0 }, byTag: new Map() };
    this.#suppliers.set(supplier, counters);
    return counters;
  }
}

/** No two have the same one. */
function nameOf(supplier: string, key: string): string {
  return `${encodeURIComponent(supplier)} ${key}`;
}
