import { RestError } from './errors.js';

/** A column, or a value inside a JSON column: `data->address->>city`. */
export interface ColumnPath {
  column: string;
  steps: { key: string; asText: boolean }[];
}

export interface Comparison {
  kind: 'comparison';
  path: ColumnPath;
  operator: string;
  value: string;
  negated: boolean;
}

export interface Combination {
  kind: 'combination';
  operator: 'and' | 'or';
  conditions: Condition[];
  negated: boolean;
}

export type Condition = Comparison | Combination;

export interface OrderTerm {
  path: ColumnPath;
  direction: 'asc' | 'desc';
  nulls: 'first' | 'last' | null;
}

export function syntaxError(what: string, text: string): RestError {
  return new RestError(400, 'PGRST100', `"failed to parse ${what} (${text})"`);
}

/** Splits at top-level commas: not inside parentheses, not inside double quotes. */
export function splitList(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '\\' && quoted) index += 1;
    else if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  if (text !== '') parts.push(text.slice(start));
  return parts;
}

/** `"a,b"` is the value `a,b`; anything else is itself. */
export function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1).replace(/\\(.)/g, '$1');
}

export function parsePath(text: string): ColumnPath {
  const [column = '', ...rest] = text.trim().split(/(->>?)/);
  if (column === '') throw syntaxError('column name', text);
  const steps: ColumnPath['steps'] = [];
  for (let index = 0; index < rest.length; index += 2) {
    steps.push({ key: unquote(rest[index + 1] ?? ''), asText: rest[index] === '->>' });
  }
  return { column: unquote(column), steps };
}

/** The right-hand side of a filter: `not.eq.5`. */
export function parseComparison(path: string, text: string): Comparison {
  const negated = text.startsWith('not.');
  const rest = negated ? text.slice(4) : text;
  const dot = rest.indexOf('.');
  if (dot < 1) throw syntaxError('filter', text);
  return {
    kind: 'comparison',
    path: parsePath(path),
    operator: rest.slice(0, dot),
    value: rest.slice(dot + 1),
    negated,
  };
}

/** `(a.eq.1,not.and(b.gt.2,c.is.null))` under `and`, `or`, `not.and` or `not.or`. */
export function parseCombination(name: string, text: string): Combination {
  const negated = name.startsWith('not.');
  const operator = negated ? name.slice(4) : name;
  if ((operator !== 'and' && operator !== 'or') || !text.startsWith('(') || !text.endsWith(')')) {
    throw syntaxError('logic tree', `${name}${text}`);
  }
  const conditions = splitList(text.slice(1, -1)).map(parseCondition);
  if (conditions.length === 0) throw syntaxError('logic tree', `${name}${text}`);
  return { kind: 'combination', operator, conditions, negated };
}

function parseCondition(text: string): Condition {
  const nested = /^((?:not\.)?(?:and|or))(\(.*\))$/s.exec(text);
  if (nested !== null) return parseCombination(nested[1] ?? '', nested[2] ?? '');
  const dot = text.startsWith('"') ? text.indexOf('".') + 1 : text.indexOf('.');
  if (dot < 1) throw syntaxError('logic tree', text);
  const comparison = parseComparison(text.slice(0, dot), text.slice(dot + 1));
  // Only inside a logic tree is a value quoted as a whole: a comma would end it otherwise.
  return { ...comparison, value: unquote(comparison.value) };
}

export function parseOrder(text: string): OrderTerm[] {
  return splitList(text).map((term) => {
    const [, path, direction, nulls] = /^(.+?)(?:\.(asc|desc))?(?:\.nulls(first|last))?$/.exec(term) ?? [];
    if (path === undefined) throw syntaxError('order', text);
    return {
      path: parsePath(path),
      direction: direction === 'desc' ? 'desc' : 'asc',
      nulls: nulls === 'first' || nulls === 'last' ? nulls : null,
    };
  });
}

export function parseCount(name: string, text: string | null): number | null {
  if (text === null) return null;
  if (!/^\d+$/.test(text)) throw syntaxError(name, text);
  return Number(text);
}
