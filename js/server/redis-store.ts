import { Buffer } from 'node:buffer';
import { type Generation, generationText } from '../cache-protocol/generation.js';
import { escapeField, keyOfTag } from '../cache-protocol/tags.js';
import type { RedisLink } from './redis-link.js';
import type { CacheStore, Counts, Found, NewEntry } from './store.js';

/** The bounds of {@link RedisStore}, in milliseconds and numbers. */
export interface RedisBounds {
  /** Begins the names of all keys. */
  readonly prefix: string;
  /** The most counters of a supplier. Beyond, they are begun anew. */
  readonly mostCounters: number;
  /** For how long counters are kept unused: longer than any entry. */
  readonly countersLifetime: number;
  readonly readTimeout: number;
  readonly timeout: number;
}

const decoder = new TextDecoder();

/** Keeps in Redis, all of a supplier's in one slot of a cluster. */
export class RedisStore implements CacheStore {
  readonly tier = 'redis';
  readonly #link: RedisLink;
  readonly #bounds: RedisBounds;
  readonly #counting: readonly number[];

  constructor(link: RedisLink, bounds: RedisBounds) {
    this.#link = link;
    this.#bounds = bounds;
    this.#counting = [bounds.mostCounters, bounds.countersLifetime];
  }

  async read(supplier: string, key: string, etag: string): Promise<Found | undefined> {
    const keys = [this.#countersOf(supplier), this.#entryOf(supplier, key)];
    const given = await this.#link.run('read', keys, [etag], this.#bounds.readTimeout);
    if (!Array.isArray(given)) return undefined;
    const [header, age, found, body] = given as Uint8Array[];
    return { header: textOf(header), age: Number(textOf(age)), etag: textOf(found), body };
  }

  async write(supplier: string, entries: readonly NewEntry[]): Promise<(Counts | undefined)[]> {
    const keys = [this.#countersOf(supplier), ...entries.map(({ key }) => this.#entryOf(supplier, key))];
    const values = entries.flatMap(({ tags, header, etag, lifetime, body }) => {
      const seen = tags.map(([tag, generation]) => `${fieldOf(tag)} ${generationText(generation)}`);
      if (body === undefined) return [seen.join(' '), header, etag, 0, ''];
      // Any other array of bytes would be sent as the text of its numbers.
      const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
      return [seen.join(' '), header, etag, lifetime, bytes];
    });
    const given = await this.#link.run('write', keys, [...this.#counting, ...values], this.#bounds.timeout);
    return entries.map(({ tags }, index) => {
      const result = (given as unknown[])[index];
      return Array.isArray(result)
        ? countsOf(
            tags.map(([tag]) => tag),
            result,
          )
        : undefined;
    });
  }

  async raise(supplier: string, tags: readonly string[], said: readonly Generation[] = []): Promise<Counts> {
    const keys = tags.map(keyOfTag).filter((key) => key !== undefined);
    const values = tags.flatMap((tag, index) => {
      const counted = said[index];
      return [fieldOf(tag), counted === undefined ? '' : generationText(counted)];
    });
    return this.#count('raise', supplier, tags, { keys, values });
  }

  async counts(supplier: string, tags: readonly string[]): Promise<Counts> {
    return this.#count('counts', supplier, tags, { keys: [], values: tags.map(fieldOf) });
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  async #count(
    script: 'raise' | 'counts',
    supplier: string,
    tags: readonly string[],
    { keys, values }: { keys: readonly string[]; values: readonly string[] },
  ): Promise<Counts> {
    const all = [this.#countersOf(supplier), ...keys.map((key) => this.#entryOf(supplier, key))];
    const given = await this.#link.run(script, all, [...this.#counting, ...values], this.#bounds.timeout);
    return countsOf(tags, given);
  }

  #countersOf(supplier: string): string {
    return `${this.#slotOf(supplier)}g`;
  }

  #entryOf(supplier: string, key: string): string {
    return `${this.#slotOf(supplier)}e${key}`;
  }

  /** What is in braces decides the slot, and has none in it. */
  #slotOf(supplier: string): string {
    return `${this.#bounds.prefix}:{${encodeURIComponent(supplier)}}:`;
  }
}

/** The field of a tag's counter. */
function fieldOf(tag: string): string {
  return `t${escapeField(tag)}`;
}

function countsOf(tags: readonly string[], given: unknown): Counts {
  return tags.map((tag, index) => [tag, textOf((given as Uint8Array[])[index])]);
}

function textOf(bytes: Uint8Array | undefined): string {
  return decoder.decode(bytes);
}
