/** A list of so many values follows, or as many fields by name and value. No value of an application's is one of these. */
const LIST = Symbol();
const FIELDS = Symbol();
/** Of what is longer, the rest is not hashed. */
const MOST_HASHED = 1_500;

/**
 * What strings, numbers, `true`, `false`, `null`, and arrays and plain objects of these look like, in the order in which they are given: the
 * next of the same kind is known by it, without a text being made of either.
 */
export type Likeness = unknown[];

/** The likeness of a value. What is none of these is like itself alone. */
export function likenessOf(value: unknown, likeness: Likeness = []): Likeness {
  if (Array.isArray(value)) {
    likeness.push(LIST, value.length);
    for (const one of value) likenessOf(one, likeness);
  } else if (isPlain(value)) {
    const names = Object.keys(value);
    likeness.push(FIELDS, names.length);
    for (const name of names) {
      likeness.push(name);
      likenessOf(value[name], likeness);
    }
  } else likeness.push(value);
  return likeness;
}

/** Whether this is what was taken down. Each field is read once at most. */
export function isLike(likeness: Likeness, value: unknown): boolean {
  return follow(likeness, 0, value) === likeness.length;
}

/** Where the likeness of what comes after the value begins; -1 if the value is another. */
function follow(likeness: Likeness, at: number, value: unknown): number {
  const one = likeness[at];
  if (one === value) return at + 1;
  let next = at + 2;
  if (one === FIELDS) {
    if (!isPlain(value)) return -1;
    const names = Object.keys(value);
    if (names.length !== likeness[at + 1]) return -1;
    for (const name of names) {
      if (likeness[next] !== name) return -1;
      next = follow(likeness, next + 1, value[name]);
      if (next < 0) return -1;
    }
    return next;
  }
  if (one !== LIST || !Array.isArray(value) || value.length !== likeness[at + 1]) return -1;
  for (let place = 0; place < value.length && next > 0; place += 1) {
    next = follow(likeness, next, value[place]);
  }
  return next;
}

/**
 * A number that is the same for what is alike, and seldom for anything else. Of what is deep inside nothing is looked at.
 *
 * The hash is that of Java's strings, which needs one multiplication a character.
 */
export function likenessHash(value: unknown, depth = 3): number {
  let hash = 7;
  if (typeof value === 'string') {
    const length = Math.min(value.length, MOST_HASHED);
    for (let at = 0; at < length; at += 1) hash = (Math.imul(hash, 31) + value.charCodeAt(at)) | 0;
  } else if (typeof value === 'number') {
    // Fractions are told apart by what is before the point once they are multiplied.
    hash = (value * 8_191) | 0;
  } else if (typeof value === 'boolean') {
    hash = value ? 1 : 2;
  } else if (typeof value === 'object' && value !== null && depth > 0) {
    if (Array.isArray(value)) {
      const length = Math.min(value.length, MOST_HASHED);
      for (let at = 0; at < length; at += 1) {
        hash = (Math.imul(hash, 31) + likenessHash(value[at], depth - 1)) | 0;
      }
    } else {
      const fields = value as Record<string, unknown>;
      for (const name of Object.keys(fields)) {
        hash = (Math.imul(hash, 31) + likenessHash(fields[name], depth - 1)) | 0;
      }
    }
  }
  return hash & 0x3f_ff_ff_ff;
}

/** Whether it is an object that has nothing but its fields. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}
