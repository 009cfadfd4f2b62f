import type { TaggedCache, TaggedEntry } from '../tagged-cache.js';

/**
 * The least that an invalidation costs: a tag has a counter, an entry keeps what the counter said when it was written,
 * and a read compares. Nothing is stored.
 */
export class Generations implements TaggedCache {
  #generations = new Map<string, number>();
  #entries = new Map<string, { value: unknown; tag: string; generation: number }>();

  fill(entries: TaggedEntry[]): void {
    for (const { key, value, tags } of entries) {
      const [tag = ''] = tags;
      this.#entries.set(key, { value, tag, generation: this.#generation(tag) });
    }
  }

  invalidate(tag: string): void {
    this.#generations.set(tag, this.#generation(tag) + 1);
  }

  isValid({ key }: TaggedEntry): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.generation === this.#generation(entry.tag);
  }

  close(): void {
    this.#entries.clear();
  }

  #generation(tag: string): number {
    return this.#generations.get(tag) ?? 0;
  }
}
