import {
  type Condition,
  type OrderTerm,
  parseCombination,
  parseComparison,
  parseCount,
  parseOrder,
} from './grammar.js';
import { parseSelect, type SelectItem } from './select.js';

/** What a request asks of one table. */
export interface Query {
  conditions: Condition[];
  order: OrderTerm[];
  limit: number | null;
  offset: number | null;
  /** What is asked of embedded tables, by the name they are embedded under. */
  embedded: Map<string, Query>;
}

export interface TopQuery extends Query {
  select: SelectItem[];
  columns: string[] | null;
  onConflict: string[] | null;
}

const logicNames: ReadonlySet<string> = new Set(['and', 'or', 'not.and', 'not.or']);
const reserved: ReadonlySet<string> = new Set(['select', 'columns', 'on_conflict', 'apikey']);

/** Reads a URL's parameters; `ignore` names those that are a function's arguments. */
export function parseQuery(parameters: URLSearchParams, ignore: ReadonlySet<string> = new Set()): TopQuery {
  const select = parseSelect(parameters.get('select') ?? '*');
  const top: TopQuery = {
    ...emptyQuery(),
    select: select.length === 0 ? parseSelect('*') : select,
    columns: parseNames(parameters.get('columns')),
    onConflict: parseNames(parameters.get('on_conflict')),
  };
  const embeds = embedNames(top.select);
  for (const [name, value] of parameters) {
    if (reserved.has(name) || ignore.has(name)) continue;
    const { target, key } = resolveTarget(top, embeds, name);
    addParameter(target, key, value);
  }
  return top;
}

export function emptyQuery(): Query {
  return { conditions: [], order: [], limit: null, offset: null, embedded: new Map() };
}

function addParameter(query: Query, name: string, value: string): void {
  if (name === 'order') query.order = parseOrder(value);
  else if (name === 'limit') query.limit = parseCount('limit', value);
  else if (name === 'offset') query.offset = parseCount('offset', value);
  else if (logicNames.has(name)) query.conditions.push(parseCombination(name, value));
  else query.conditions.push(parseComparison(name, value));
}

/** `activity.kind` belongs to the embedded `activity`, if there is one. */
function resolveTarget(
  query: Query,
  embeds: ReadonlyMap<string, SelectItem[]>,
  name: string,
): { target: Query; key: string } {
  const dot = name.indexOf('.');
  const first = dot < 0 ? name : name.slice(0, dot);
  const items = embeds.get(first);
  if (dot < 0 || items === undefined) return { target: query, key: name };
  let embedded = query.embedded.get(first);
  if (embedded === undefined) {
    embedded = emptyQuery();
    query.embedded.set(first, embedded);
  }
  return resolveTarget(embedded, embedNames(items), name.slice(dot + 1));
}

function embedNames(items: readonly SelectItem[]): Map<string, SelectItem[]> {
  const names = new Map<string, SelectItem[]>();
  for (const item of items) {
    if (item.kind === 'embed') names.set(item.alias ?? item.relation, item.items);
  }
  return names;
}

function parseNames(text: string | null): string[] | null {
  if (text === null || text === '') return null;
  return text.split(',').map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
}
