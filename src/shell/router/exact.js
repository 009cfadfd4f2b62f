/**
 * Exact numbers of database changes. The server writes `int8` and `numeric` as bare JSON numbers, and `JSON.parse`
 * rounds some. Those alone become strings, with just the text that the server wrote. Its twin in Rust is
 * `tests/twin/exact.rs`.
 */

/** A shorter run of digits and a point has at most fifteen digits, or is a safe integer: a double holds it. */
const SHORTEST_LONG = 17;
/** PostgreSQL's arrays have at most so many dimensions. */
const MOST_DIMENSIONS = 6;
const NUMBER = /-?\d[\d.eE+-]*/g;

/** Those of a change's columns whose numbers may have been rounded: `[name, is an integer]` of each. */
export function exactColumns(columns) {
  if (!Array.isArray(columns)) return [];
  return columns.flatMap((column) => {
    const type = column?.type;
    const isInteger = type === 'int8' || type === '_int8';
    const isExact = isInteger || type === 'numeric' || type === '_numeric';
    return isExact && typeof column.name === 'string' ? [[column.name, isInteger]] : [];
  });
}

/**
 * Puts strings in the place of the numbers that were rounded. The text is read again only if one of these columns may
 * have such a number.
 * @param change as parsed from within `text`
 * @param {[string, boolean][]} columns of `exactColumns`
 * @param {string} text
 * @param changeOf finds the change in what is parsed of the whole `text`
 */
export function exactNumbers(change, columns, text, changeOf) {
  let long;
  const isLong = () => {
    long ??= hasLongNumber(text);
    return long;
  };
  let written;
  for (const [name, isInteger] of columns) {
    for (const record of ['record', 'old_record']) {
      const value = isRow(change[record]) ? change[record][name] : undefined;
      if (!mayBeRounded(value, isInteger ? never : isLong, MOST_DIMENSIONS)) continue;
      written ??= changeOf(JSON.parse(numbersAsStrings(text)));
      change[record][name] = exact(value, written[record][name], isInteger, MOST_DIMENSIONS);
    }
  }
}

const never = () => false;

function isRow(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mayBeRounded(value, isLong, dimensions) {
  if (typeof value === 'number') return isUnsafe(value) || isLong();
  if (!Array.isArray(value) || dimensions === 0) return false;
  return value.some((item) => mayBeRounded(item, isLong, dimensions - 1));
}

function exact(value, written, isInteger, dimensions) {
  if (typeof value === 'number') {
    const isRounded = isUnsafe(value) || (!isInteger && hasLongNumber(written) && !denotes(written, value));
    return isRounded ? written : value;
  }
  if (!Array.isArray(value) || dimensions === 0) return value;
  return value.map((item, at) => exact(item, written[at], isInteger, dimensions - 1));
}

/** What is computed with greater integers is not exact, whatever they are. */
function isUnsafe(value) {
  return value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER;
}

/** Looks at every seventeenth character only: a long number has one of them. */
function hasLongNumber(text) {
  for (let at = SHORTEST_LONG - 1; at < text.length; at += SHORTEST_LONG) {
    if (!isDigit(text, at)) continue;
    let from = at;
    while (isDigit(text, from - 1)) from -= 1;
    while (isDigit(text, at + 1)) at += 1;
    if (at + 1 - from >= SHORTEST_LONG) return true;
  }
  return false;
}

/** A digit or a point. */
function isDigit(text, at) {
  const code = text.charCodeAt(at);
  return (code >= 48 && code <= 57) || code === 46;
}

/** Whether the text and the double are the same number in decimal. */
function denotes(text, value) {
  return decimal(text) === decimal(String(value));
}

/** The digits without zeros around them, and where the point is. */
function decimal(text) {
  const [mantissa, exponent = '0'] = text.replace(/^-/, '').toLowerCase().split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  const significant = digits.replace(/^0+/, '');
  const point = whole.length - (digits.length - significant.length) + Number(exponent);
  return significant === '' ? '0' : `${significant.replace(/0+$/, '')} ${point}`;
}

/** A JSON text with every number as a string of its own text. */
function numbersAsStrings(text) {
  let strings = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('"', at);
    const end = open < 0 ? text.length : open;
    strings += text.slice(at, end).replace(NUMBER, '"$&"');
    if (open < 0) break;
    at = afterString(text, open);
    strings += text.slice(open, at);
  }
  return strings;
}

function afterString(text, open) {
  let close = open;
  let backslashes;
  do {
    close = text.indexOf('"', close + 1);
    backslashes = 0;
    while (text[close - 1 - backslashes] === '\\') backslashes += 1;
  } while (backslashes % 2 === 1);
  return close + 1;
}
