import { invalid, isText } from '../arguments.js';
import { DashboardError } from '../errors.js';
import { isLike, isPlain, type Likeness, likenessHash, likenessOf } from './likeness.js';
import type { Kept } from './table.js';

/** What a value is kept under. */
export interface CacheKey {
  /** What kind of values it is one of, for example `metrics`. */
  namespace: string;
  /** Whose it is. No other supplier's is ever given under it. */
  supplierId: string;
  /** Which, for example `overview`. */
  resource: string;
  /**
   * What tells it from others of the resource: strings, finite numbers, `true`, `false`, `null`, and arrays and plain objects of these. The
   * order of fields says nothing, and a field that is `undefined` is none. `version` is no part of the key: it is the version that the
   * value must have, a string or a number.
   */
  params?: Record<string, unknown> | undefined;
}

/** A key as the module knows it. */
export interface KeyText {
  /** No two keys have the same. */
  readonly text: string;
  readonly supplier: string;
  readonly version: string | undefined;
  /** What was found by its text last: a text has to be put together and hashed for that, which takes longer than all else. */
  kept: Kept | undefined;
}

/** The most characters that a key takes as text: it has to fit an address. */
const LONGEST = 1_500;
const DEEPEST = 16;
/** How many characters of texts are remembered, so that they need not be made anew. */
const MOST_REMEMBERED = 2_000_000;

/** The text of namespace, supplier and resource, which most keys share with others. */
interface Named extends KeyText {
  /** Those with parameters, by the value of a single one or by a hash. Of two with the same hash the last one is remembered. */
  withParams: Map<unknown, WithParams> | undefined;
}

interface WithParams extends KeyText {
  /** The name of a single parameter that they are known by the value of, or else what they look like. */
  readonly params: string | Likeness;
}

let remembered = new Map<string, Map<string, Map<string, Named>>>();
let characters = 0;

/**
 * The text of a key.
 *
 * @throws {DashboardError} `invalid_option`.
 */
export function textOf(key: CacheKey): KeyText {
  try {
    const { namespace, supplierId, resource, params } = key;
    const named =
      remembered.get(namespace)?.get(supplierId)?.get(resource) ?? namedOf(namespace, supplierId, resource);
    return params === undefined ? named : withParams(named, params);
  } catch (cause) {
    if (cause instanceof DashboardError) throw cause;
    throw invalid('A key of the cache is an object with `namespace`, `supplierId` and `resource`.', cause);
  }
}

function withParams(named: Named, params: unknown): KeyText {
  if (!isPlain(params)) throw invalid("`params` of a cache's key must be a plain object.");
  const names = Object.keys(params);
  const name = names.length === 1 ? names[0] : undefined;
  const value = name === undefined ? params : params[name];
  if (name !== undefined && typeof value !== 'object') {
    // The browser remembers the hash of a string.
    const known = named.withParams?.get(value);
    return known?.params === name ? known : remember(named, value, { [name]: value }, name);
  }
  const hash = likenessHash(params);
  const known = named.withParams?.get(hash);
  return known !== undefined && typeof known.params === 'object' && isLike(known.params, params)
    ? known
    : remember(named, hash, params);
}

function remember(named: Named, place: unknown, params: Record<string, unknown>, name?: string): KeyText {
  // Each field is read once: what it is known by is what its text is made of.
  const copy = copyOf(params, 0) as Record<string, unknown>;
  const { version, ...others } = copy;
  const json = JSON.stringify(others, sorted);
  const text = json === '{}' ? named.text : named.text + json;
  if (text.length > LONGEST) throw tooLong();
  const key = {
    text,
    supplier: named.supplier,
    version: version === undefined ? undefined : versionOf(version),
    kept: undefined,
    params: name ?? likenessOf(copy),
  };
  count(text);
  named.withParams ??= new Map();
  named.withParams.set(place, key);
  return key;
}

/** Lets go of all texts, as they say what the user has looked at. */
export function forgetKeys(): void {
  remembered = new Map();
  characters = 0;
}

function namedOf(namespace: unknown, supplierId: unknown, resource: unknown): Named {
  for (const [name, value] of Object.entries({ namespace, supplierId, resource })) {
    if (!isText(value)) {
      throw invalid(
        `\`${name}\` of a cache's key must be a string that is not empty and has no lone surrogate.`,
      );
    }
  }
  const text = JSON.stringify([namespace, supplierId, resource]);
  if (text.length > LONGEST) throw tooLong();
  count(text);
  const supplier = supplierId as string;
  const named = { text, supplier, version: undefined, kept: undefined, withParams: undefined };
  within(within(remembered, namespace as string), supplierId as string).set(resource as string, named);
  return named;
}

function count(text: string): void {
  if (characters > MOST_REMEMBERED) forgetKeys();
  characters += text.length;
}

function within<Value>(maps: Map<string, Map<string, Value>>, name: string): Map<string, Value> {
  let map = maps.get(name);
  if (!map) {
    map = new Map();
    maps.set(name, map);
  }
  return map;
}

/** A version as text. */
export function versionOf(version: unknown): string {
  if (typeof version === 'number' && Number.isFinite(version)) return String(version);
  if (isText(version) && version.length <= 200) return version;
  throw invalid('A version must be a finite number, or a string of 1 to 200 characters.');
}

/** A copy of what a parameter may be, in which each field was read once. */
function copyOf(value: unknown, depth: number): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null || Number.isFinite(value)) {
    return value;
  }
  if (depth < DEEPEST && Array.isArray(value)) {
    if (value.length > LONGEST) throw tooLong();
    // What has no element at a place has none either as JSON.
    return Array.from(value, (one: unknown) => (one === undefined ? one : copyOf(one, depth + 1)));
  }
  if (depth < DEEPEST && isPlain(value)) {
    // Without a prototype, no name is anything else than a name.
    const copy = Object.create(null) as Record<string, unknown>;
    for (const name of Object.keys(value)) {
      const field = value[name];
      copy[name] = field === undefined ? field : copyOf(field, depth + 1);
    }
    return copy;
  }
  throw invalid(
    "`params` of a cache's key may hold strings, finite numbers, true, false, null, and arrays and plain objects of these, " +
      `${DEEPEST} deep at most. Give a date as its ISO string.`,
  );
}

/** Fields in an order that says nothing. */
function sorted(_: string, value: unknown): unknown {
  if (!isPlain(value)) return value;
  const fields = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(value).sort()) fields[name] = value[name];
  return fields;
}

function tooLong() {
  return invalid(`A key of the cache may have ${LONGEST} characters as JSON, and this one has more.`);
}
