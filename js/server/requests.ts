import { type Generation, parseGeneration } from '../cache-protocol/generation.js';
import { type Header, headerText, parseHeader } from '../cache-protocol/header.js';
import { keyTag, supplierTag } from '../cache-protocol/tags.js';
import { Refusal } from './refusal.js';
import type { NewEntry } from './store.js';

/** The longest id of a supplier, in characters. */
const LONGEST_SUPPLIER = 200;
/** The longest key and the longest tag, in characters. */
const LONGEST_KEY = 4_096;
/** The longest header in characters: servers take no more than 16 KB of all headers together. */
const LONGEST_HEADER = 12_288;
/** The most tags and keys of a request together. */
const MOST_TAGS = 10_000;
/** The most entries of a request. */
const MOST_ENTRIES = 500;

/**
 * A counter may have been begun by a device whose clock is ahead by so much, in milliseconds: with more than that it could not have
 * verified this server's certificate.
 */
const FARTHEST_AHEAD = 34_560_000_000;

/** In a pattern that reads whole characters it matches only half of one. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Two texts with halves of characters would become one on their way. */
function textOf(name: string, value: unknown, longest: number): string {
  if (typeof value !== 'string' || value === '' || LONE_SURROGATE.test(value)) {
    throw new Refusal('invalid_request', `${name} must be a text that is not empty and is well-formed.`);
  }
  if (value.length > longest) {
    throw new Refusal('too_large', `${name} must have at most ${longest} characters.`);
  }
  return value;
}

function listOf(name: string, value: unknown, most: number): unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new Refusal('invalid_request', `${name} must be a list.`);
  if (value.length > most) throw new Refusal('too_large', `${name} must have at most ${most} items.`);
  return value;
}

/** The supplier that a request names. @throws {Refusal} `invalid_request`, `too_large`. */
export function supplierOf(value: unknown): string {
  return textOf('supplier', value, LONGEST_SUPPLIER);
}

/** The key that a request names. @throws {Refusal} `invalid_request`, `too_large`. */
export function keyOf(value: unknown): string {
  return textOf('key', value, LONGEST_KEY);
}

/** All tags that a request names in one of its ways, those of `tags` first. @throws {Refusal} `invalid_request`, `too_large`. */
export function tagsOf(supplier: string, { tags, keys, all }: Record<string, unknown>): string[] {
  const named = listOf('tags', tags, MOST_TAGS).map((tag) => textOf('A tag', tag, LONGEST_KEY));
  const ofKeys = listOf('keys', keys, MOST_TAGS).map((key) => keyTag(keyOf(key)));
  if (all !== undefined && typeof all !== 'boolean') {
    throw new Refusal('invalid_request', 'all must be true or false.');
  }
  const unique = [...new Set([...named, ...ofKeys, ...(all === true ? [supplierTag(supplier)] : [])])];
  if (unique.length === 0) throw new Refusal('invalid_request', 'tags, keys or all must say what is meant.');
  if (unique.length > MOST_TAGS) {
    throw new Refusal('too_large', `There must be at most ${MOST_TAGS} tags and keys together.`);
  }
  return unique;
}

/**
 * What the sender of an invalidation has counted himself, by the places of {@link tagsOf}.
 *
 * @throws {Refusal} `invalid_request`, `too_large`.
 */
export function countedOf({ tags, generations }: Record<string, unknown>): Generation[] {
  const list = listOf('generations', generations, MOST_TAGS);
  const named = listOf('tags', tags, MOST_TAGS);
  if (list.length > 0 && (list.length !== named.length || new Set(named).size < named.length)) {
    throw new Refusal('invalid_request', 'generations must be as many as tags, each of which is there once.');
  }
  return list.map((text) => {
    const generation = typeof text === 'string' ? parseGeneration(text) : undefined;
    if (generation === undefined) throw new Refusal('invalid_request', 'A generation is none.');
    return checkedGeneration(generation);
  });
}

/** Beyond, somebody could use up the numbers. */
function checkedGeneration(generation: Generation): Generation {
  if (generation.epoch > Date.now() + FARTHEST_AHEAD) {
    throw new Refusal('invalid_request', 'A counter was begun too far in the future.');
  }
  return generation;
}

/** An entry that a request brings, without what the handler adds to it. */
export type GivenEntry = Omit<NewEntry, 'etag' | 'body' | 'lifetime'> & { readonly wanted: number };

/**
 * The entry of a key and a header.
 *
 * @throws {Refusal} `invalid_request`, `too_large`.
 */
export function entryOf(supplier: string, key: string, header: unknown): GivenEntry {
  const line = textOf('The header of an entry', header, LONGEST_HEADER);
  const read = parseHeader(line);
  if (read === undefined) throw new Refusal('invalid_request', 'The header of an entry is none.');
  const { tags, ttl, stale } = checkedHeader(supplier, key, read);
  return { key, header: headerText(read), tags, wanted: ttl + stale };
}

/** What makes it invalid must not be left out, and others must be able to read it. */
function checkedHeader(supplier: string, key: string, header: Header): Header {
  if (header.flags > 1) {
    throw new Refusal(
      'invalid_request',
      'An entry must be JSON: neither a clone, nor compressed or encrypted.',
    );
  }
  for (const [, seen] of header.tags) checkedGeneration(seen);
  const tags = header.tags.map(([tag]) => tag);
  if (new Set(tags).size < tags.length) {
    throw new Refusal('invalid_request', 'A tag of an entry must be there once.');
  }
  for (const own of [keyTag(key), supplierTag(supplier)]) {
    if (!tags.includes(own)) {
      throw new Refusal(
        'invalid_request',
        'The tags of an entry must have those of its key and its supplier.',
      );
    }
  }
  for (const tag of tags) if (tag !== '') textOf('A tag', tag, LONGEST_KEY + 1);
  return header;
}

/**
 * The entries that a request brings, and their bodies.
 *
 * @throws {Refusal} `invalid_request`, `too_large`.
 */
export function entriesOf(
  supplier: string,
  { entries }: Record<string, unknown>,
): { entry: GivenEntry; body: string | null }[] {
  const list = listOf('entries', entries, MOST_ENTRIES);
  if (list.length === 0) throw new Refusal('invalid_request', 'entries must have at least one.');
  const read = list.map((one) => {
    if (typeof one !== 'object' || one === null) {
      throw new Refusal('invalid_request', 'An entry must be an object.');
    }
    const { key, header, body } = one as Record<string, unknown>;
    if (typeof body !== 'string' && body !== null) {
      throw new Refusal('invalid_request', 'The body of an entry must be a text, or null if it is not kept.');
    }
    return { entry: entryOf(supplier, keyOf(key), header), body };
  });
  if (new Set(read.map(({ entry }) => entry.key)).size < read.length) {
    throw new Refusal('invalid_request', 'A key must be there once.');
  }
  return read;
}
