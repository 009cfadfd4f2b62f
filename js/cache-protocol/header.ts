import { type Generation, generationText, HIGHEST_COUNT, numberOf, parseGeneration } from './generation.js';
import { escapeField, unescapeField } from './tags.js';

/** Begins the line; another form would begin otherwise. */
const FORM = '1';
/** The most tags an entry has, those that it has by itself included. */
const MOST_TAGS = 80;
const NO_VERSION = '-';

/** What a header's flags say, as a sum. */
export const flag = {
  /** There is nothing under the key. */
  nothing: 1,
  /** The value is a structured clone. */
  clone: 2,
  /** It is compressed. */
  compressed: 4,
  /** It is encrypted. */
  encrypted: 8,
} as const;

/** What is stored beside a value. As text it is one line of ASCII; `src/core/cache/header.rs` has its grammar. */
export interface Header {
  /** A sum of {@link flag}s. */
  readonly flags: number;
  /** When the value was set, or its fetch began, in milliseconds of the writer's wall clock. */
  readonly stored: number;
  /** For how long it is fresh, in milliseconds. */
  readonly ttl: number;
  /** For how long after that it may yet be shown, in milliseconds. */
  readonly stale: number;
  /** The version that the application gave it. */
  readonly version: string | undefined;
  /** Its size in bytes, as its writer stores it. */
  readonly bytes: number;
  /** Its tags, with what their counters said before its fetch began. */
  readonly tags: readonly (readonly [tag: string, seen: Generation])[];
}

/** As one line of ASCII. */
export function headerText({ flags, stored, ttl, stale, version, bytes, tags }: Header): string {
  const written = version === undefined ? NO_VERSION : escapeField(version);
  const fields = [FORM, flags, stored, ttl, stale, written, bytes, tags.length];
  return [...fields, ...tags.flatMap(([tag, seen]) => [escapeField(tag), generationText(seen)])].join(' ');
}

/** From a line, which comes from a network and may be anything: `undefined` if it is none. */
export function parseHeader(text: string): Header | undefined {
  const [form, ...fields] = text.split(' ');
  if (form !== FORM) return undefined;
  const flags = numberOf(fields[0], 15);
  const stored = numberOf(fields[1], Number.MAX_SAFE_INTEGER);
  const ttl = numberOf(fields[2], Number.MAX_SAFE_INTEGER);
  const stale = numberOf(fields[3], Number.MAX_SAFE_INTEGER);
  const bytes = numberOf(fields[5], HIGHEST_COUNT);
  const count = numberOf(fields[6], MOST_TAGS);
  if (flags === undefined || stored === undefined || ttl === undefined || stale === undefined)
    return undefined;
  if (bytes === undefined || count === undefined || fields.length !== 7 + 2 * count) return undefined;

  const isVersion = fields[4] !== NO_VERSION;
  const version = unescapeField(fields[4] ?? '');
  if (version === undefined) return undefined;
  const tags: [string, Generation][] = [];
  for (let at = 7; at < fields.length; at += 2) {
    const tag = unescapeField(fields[at] ?? '');
    const seen = parseGeneration(fields[at + 1] ?? '');
    if (tag === undefined || seen === undefined) return undefined;
    tags.push([tag, seen]);
  }
  return { flags, stored, ttl, stale, version: isVersion ? version : undefined, bytes, tags };
}
