import { createHash } from 'node:crypto';
import { isObject } from '../../http/body.js';
import { canonicalJson } from '../wire/canonicalJson.js';

/** One entry of `config.postgres_changes`, as the client sent it. */
export type RawBinding = Record<string, unknown>;

/** One comparison of a binding's filter. */
export interface FilterTerm {
  column: string;
  operator: string;
  value: string;
  negated: boolean;
}

/** What a channel wants to hear of. `*` stands for any. */
export interface Binding {
  id: number;
  event: string;
  schema: string;
  table: string;
  filter: FilterTerm[];
  select: string[] | null;
}

/** A binding that cannot be understood. Its message goes to the client. */
export class BindingError extends Error {
  override readonly name = 'BindingError';
}

const operators: ReadonlySet<string> = new Set([
  'eq',
  'neq',
  'lt',
  'lte',
  'gt',
  'gte',
  'in',
  'like',
  'ilike',
  'is',
  'match',
  'imatch',
  'isdistinct',
]);

/** A join without `config` speaks the oldest API: its topic is `schema[:table[:filter]]`. */
export function isLegacyJoin(payload: Readonly<Record<string, unknown>>): boolean {
  return payload.config === undefined;
}

/** What a join asks to hear of the database. */
export function bindingsOf(topic: string, payload: Readonly<Record<string, unknown>>): RawBinding[] {
  if (isLegacyJoin(payload)) return [legacyBinding(topic)];
  const entries = isObject(payload.config) ? payload.config.postgres_changes : null;
  return Array.isArray(entries) ? entries.filter(isObject) : [];
}

function legacyBinding(topic: string): RawBinding {
  const [schema, table, ...filter] = topic.split(':');
  return {
    schema,
    ...(table === undefined ? {} : { table }),
    ...(filter.length === 0 ? {} : { filter: filter.join(':') }),
  };
}

/** The reply to an accepted join: each binding as it was sent, with the id its changes will carry. */
export function joinResponse(bindings: readonly RawBinding[]): string {
  const entries = bindings.map((binding) => {
    const json = canonicalJson(JSON.stringify(binding));
    const rest = json === '{}' ? '}' : `,${json.slice(1)}`;
    return `{"id":${bindingId(binding)}${rest}`;
  });
  return `{"postgres_changes":[${entries.join(',')}]}`;
}

/** The same binding has the same id on every channel and after every rejoin. */
export function bindingId(binding: RawBinding): number {
  // 27 bits, the range the real server's ids have.
  return (
    createHash('sha256')
      .update(canonicalJson(JSON.stringify(binding)))
      .digest()
      .readUInt32BE(0) >>> 5
  );
}

/** Reads a binding, or throws a {@link BindingError}. */
export function parseBinding(raw: RawBinding): Binding {
  const { event, schema, table, filter, select } = raw;
  const hasTarget = typeof schema === 'string' || typeof table === 'string';
  const hasFilter = filter === undefined || typeof filter === 'string';
  if (!hasTarget || !hasFilter) {
    throw new BindingError(
      `No subscription params provided. Please provide at least a \`schema\` or \`table\` to subscribe to: ${inspectMap(raw)}`,
    );
  }
  return {
    id: bindingId(raw),
    event: typeof event === 'string' ? event.toUpperCase() : '*',
    schema: typeof schema === 'string' ? schema : 'public',
    table: typeof table === 'string' ? table : '*',
    filter: parseFilter(filter ?? ''),
    select: parseSelect(raw, select),
  };
}

/** `id=gt.1,name=not.in.("a,b",c),note=eq."x, y"`: all terms must hold. */
function parseFilter(text: string): FilterTerm[] {
  if (text.trim() === '') return [];
  return splitTerms(text).map((segment) => {
    const term = segment.trim();
    if (term === '') throw filterError('filter must not contain empty segments (check for extra commas)');
    const equals = term.indexOf('=');
    if (equals < 0) throw filterError(inspectList([term]));
    const column = term.slice(0, equals);
    let rest = term.slice(equals + 1);
    const negated = rest.startsWith('not.');
    if (negated) rest = rest.slice('not.'.length);
    const dot = rest.indexOf('.');
    if (dot < 0) throw filterError(inspectList([rest]));
    const operator = rest.slice(0, dot);
    const value = rest.slice(dot + 1);
    if (!operators.has(operator)) throw filterError(inspectList([operator, value]));
    if (operator !== 'in') return { column, operator, value: unquoted(value), negated };
    if (!/^\(.*\)$/s.test(value)) throw filterError('`in` filter value must be wrapped by parentheses');
    return { column, operator, value, negated };
  });
}

/**
 * Splits at commas outside of parentheses and of quotes, which open right after `.`, `(` or a comma only. A term follows
 * `edge`: the values of a list may begin with a quote, the terms of a filter begin with a column.
 */
export function splitTerms(text: string, edge = ''): string[] {
  const terms: string[] = [];
  let start = 0;
  let depth = 0;
  let isQuoted = false;
  let former = edge;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (isQuoted) {
      if (character === '\\') index += 1;
      else if (character === '"') isQuoted = false;
    } else if (character === '"' && (former === '.' || former === '(' || former === ',')) isQuoted = true;
    else if (character === '(') depth += 1;
    else if (character === ')') depth = Math.max(0, depth - 1);
    else if (character === ',' && depth === 0) {
      terms.push(text.slice(start, index));
      start = index + 1;
      former = edge;
      continue;
    }
    former = character;
  }
  terms.push(text.slice(start));
  return terms;
}

/** What a value in quotes from its first to its last character holds; any other is taken as it is. */
function unquoted(value: string): string {
  return /^"(?:[^"\\]|\\.)*"$/s.test(value) ? value.slice(1, -1).replace(/\\(.)/gs, '$1') : value;
}

function filterError(reason: string): BindingError {
  return new BindingError(`Error parsing \`filter\` params: ${reason}`);
}

function parseSelect(raw: RawBinding, select: unknown): string[] | null {
  if (select === undefined || select === null) return null;
  if (!Array.isArray(select) || !select.every((column) => typeof column === 'string')) {
    throw new BindingError(
      'Error parsing `select` params: expected a list of column name strings, e.g. select: ["col1", "col2"]',
    );
  }
  if (typeof raw.table !== 'string' || raw.table === '*' || raw.schema === '*') {
    throw new BindingError(
      'Column selection is not supported for wildcard subscriptions. Provide an explicit schema and table name.',
    );
  }
  return select;
}

/** How the server words a binding in its messages. */
export function describeBinding({ event, schema, table, filter, select }: Binding): string {
  const terms = filter.map(
    (term) => `{${[term.column, term.operator, term.value].map(quote).join(', ')}, ${term.negated}}`,
  );
  const columns = select === null ? 'nil' : inspectList(select);
  return `[event: ${event}, schema: ${schema}, table: ${table}, filters: [${terms.join(', ')}], select: ${columns}]`;
}

const quote = (text: string): string => JSON.stringify(text);

function inspectList(parts: readonly string[]): string {
  return `[${parts.map(quote).join(', ')}]`;
}

function inspectMap(raw: RawBinding): string {
  const entries = Object.keys(raw)
    .sort()
    .map((key) => `${quote(key)} => ${raw[key] === null ? 'nil' : JSON.stringify(raw[key])}`);
  return `%{${entries.join(', ')}}`;
}
