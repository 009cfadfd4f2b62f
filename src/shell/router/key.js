/**
 * Finds a field of a payload in its text, so that what will not be handed over need not be parsed.
 */
const QUOTE = 34;
const COLON = 58;
const BACKSLASH = 92;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
/** The rest of a longer string is skipped by a search. */
const SHORT = 24;
const NUMBER = /-?\d[\d.eE+-]*/y;

/** A field to be searched for; `undefined` unless its name is the same text in JSON, but for spellings with a backslash. */
export function fieldOf(name) {
  return /^[\w-]+$/.test(name) ? { name, mark: `${name}":` } : undefined;
}

/**
 * The string, number or boolean that is the field of the object from `start` to `end`. `undefined` if it has none, if
 * there is no object, and where only parsing can tell. If the text is JSON at all, what is found is what parsing
 * gives, and the object ends at `end` and not before.
 */
export function keyIn(text, start, end, field) {
  // What begins behind another value is no part of it.
  if (text.charCodeAt(start) !== OPEN_BRACE) return undefined;
  return text.indexOf('}', start) === end - 1 && text.indexOf('\\', start) < 0
    ? keyInFlat(text, start, end, field)
    : keyInAny(text, start, end, field);
}

/**
 * With one closing brace there is one object, and without a backslash no string has a quote in it: what looks like the
 * field is the field. Searching for the name before its quote is many times faster, because quotes are everywhere.
 */
function keyInFlat(text, start, end, field) {
  const { mark } = field;
  const at = text.indexOf(mark, start);
  const isOnly = at > start && at < end && text.indexOf(mark, at + mark.length) < 0;
  if (!isOnly || text.charCodeAt(at - 1) !== QUOTE) {
    return keyInAny(text, start, end, field);
  }
  return valueAt(text, at + mark.length);
}

function keyInAny(text, start, end, { name }) {
  const escaped = text.indexOf('\\', start);
  let depth = 0;
  let key;
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const close = stringEnd(text, at);
      if (close < 0) return undefined;
      if (depth === 1) {
        const colon = afterSpaces(text, close + 1);
        if (text.charCodeAt(colon) === COLON) {
          if (close - at - 1 === name.length && text.startsWith(name, at + 1)) {
            key = valueAt(text, afterSpaces(text, colon + 1));
            if (key === undefined) return undefined;
          } else if (escaped >= 0 && text.slice(at, close).includes('\\')) {
            // It may be the same name in another spelling.
            return undefined;
          }
        }
      }
      at = close;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return at === end - 1 ? key : undefined;
    }
  }
  return undefined;
}

function valueAt(text, at) {
  if (text.charCodeAt(at) === QUOTE) {
    const string = text.slice(at + 1, stringEnd(text, at));
    return string.includes('\\') ? undefined : string;
  }
  if (text.startsWith('true', at)) return true;
  if (text.startsWith('false', at)) return false;
  NUMBER.lastIndex = at;
  const number = NUMBER.exec(text);
  return number ? Number(number[0]) : undefined;
}

function afterSpaces(text, at) {
  let after = at;
  while (text.charCodeAt(after) === 32) after += 1;
  return after;
}

/** Where the quote is that closes a string; negative if there is none. */
function stringEnd(text, open) {
  let at = open + 1;
  for (const far = at + SHORT; at < far; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  for (at = text.indexOf('"', at); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}
