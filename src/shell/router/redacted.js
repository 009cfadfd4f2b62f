/**
 * Texts and values without the tokens in them: frames, and sentences in which the server or the application repeats a
 * token. Every part is looked at once, whatever the text is: a pattern of the whole would take quadratic time on some.
 */

const HIDDEN = '[redacted]';
const NAME = /(?:access|auth|user|refresh|provider|id)_token/;
const NAMES = new RegExp(NAME.source, 'g');
const NAMED = new RegExp(`${NAME.source}$`);
/** Between a name and its value: in JSON, as the server shows its maps, and in a query, which may itself be encoded. */
const RELATION = /(\\*)"\s*(?::|=>)\s*|=(?!>)|%3D/iy;
/** In a query, up to the next of its fields. */
const IN_QUERY = /[^\s&#"\\<>]*/y;
const ENCODED_END = /%2[36]/i;
/** Not one that ends what a query without a value stands in. */
const QUOTE_IN_QUERY = /(\\*)"(?=[\w.-])/y;
const OPENING = /(?:%[\w.]*)?[{[]/y;
const QUOTE = /(\\*)"/y;
const BARE = /[^\s,}\]"\\]*/y;
/** What a JWT may be part of, with its points as URLs and JSON may have them. */
const RUN = /[\w.-]+(?:(?:%2E|\\+u002e)[\w.-]*)*/gi;
/** How the JSON of its header begins in base64: with a brace and a quote, or with white space between them. */
const HEADER = /eyJ|eyA(?:i|g[IC]|[JK])|ewo[gJi]|ew0K|ewki/;
const POINT = /\.|%2E|\\u002e/gi;

/** A text without its tokens. */
export function redacted(text) {
  return withoutNamed(text).replace(RUN, withoutSecret);
}

/** What is parsed of a server's message, without its tokens wherever they are: itself, if there are none. */
export function redactedValue(value) {
  const text = JSON.stringify(value);
  if (text === undefined) return value;
  const shown = redacted(JSON.stringify(value, (name, field) => (NAMED.test(name) ? HIDDEN : field)));
  if (shown === text) return value;
  try {
    return JSON.parse(shown);
  } catch {
    return HIDDEN;
  }
}

/** Without the values that are named as tokens. */
function withoutNamed(text) {
  let shown = '';
  let end = 0;
  NAMES.lastIndex = 0;
  while (NAMES.test(text)) {
    const relation = matchAt(RELATION, text, NAMES.lastIndex);
    if (!relation) continue;
    const start = NAMES.lastIndex + relation[0].length;
    const [, escapes] = relation;
    const quote = escapes === undefined ? '' : `${escapes}"`;
    shown += text.slice(end, start) + quote + HIDDEN + quote;
    end = escapes === undefined ? queryEnd(text, start, relation[0]) : valueEnd(text, start, escapes.length);
    NAMES.lastIndex = end;
  }
  return shown + text.slice(end);
}

/** Where a value in a query ends; in a query that is encoded itself, its separators are too. */
function queryEnd(text, start, relation) {
  const quote = matchAt(QUOTE_IN_QUERY, text, start);
  if (quote) return stringEnd(text, start + quote[0].length, quote[1].length);
  const [value] = matchAt(IN_QUERY, text, start);
  const end = relation === '=' ? -1 : value.search(ENCODED_END);
  return start + (end < 0 ? value.length : end);
}

/** Where any other value ends. `depth` is how many backslashes stand before a quote there: each JSON within JSON adds some. */
function valueEnd(text, start, depth) {
  const quote = matchAt(QUOTE, text, start);
  if (quote) return stringEnd(text, start + quote[0].length, quote[1].length);
  const opening = matchAt(OPENING, text, start);
  if (opening) return listEnd(text, start + opening[0].length, depth);
  return start + matchAt(BARE, text, start)[0].length;
}

/**
 * Where a string ends: behind its quote, before that of a string around it, or with a text that was cut off. Of the
 * backslashes before a quote within it, those that come in pairs are its own.
 */
function stringEnd(text, start, depth) {
  let backslashes = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '\\') backslashes += 1;
    else {
      if (text[at] === '"') {
        if (backslashes < depth) return at - backslashes;
        if (backslashes % (2 * (depth + 1)) === depth) return at + 1;
      }
      backslashes = 0;
    }
  }
  return text.length;
}

/** Where a list or an object ends, as {@link stringEnd}. */
function listEnd(text, start, depth) {
  let open = 1;
  let backslashes = 0;
  let at = start;
  while (at < text.length) {
    const character = text[at];
    at += 1;
    if (character === '"') {
      if (backslashes < depth) return at - 1 - backslashes;
      at = stringEnd(text, at, backslashes);
    } else if (character === '[' || character === '{') open += 1;
    else if (character === ']' || character === '}') open -= 1;
    if (open === 0) return at;
    backslashes = character === '\\' ? backslashes + 1 : 0;
  }
  return text.length;
}

/** A JWT's two points part it; a secret key says what it is. What follows in the run goes with it. */
function withoutSecret(run) {
  const header = run.search(HEADER);
  const isJwt = header >= 0 && (run.slice(header).match(POINT)?.length ?? 0) >= 2;
  const starts = [run.indexOf('sb_secret_'), isJwt ? header : -1].filter((start) => start >= 0);
  return starts.length === 0 ? run : run.slice(0, Math.min(...starts)) + HIDDEN;
}

/** The match of a sticky pattern at this place. */
function matchAt(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
