/** In a pattern that reads whole characters it matches only half of one. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** A string that has no lone surrogate; `undefined` for anything else. */
export function text(value) {
  return typeof value === 'string' && !LONE_SURROGATE.test(value) ? value : undefined;
}
