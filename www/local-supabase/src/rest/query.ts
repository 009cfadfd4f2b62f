import { RestError } from './errors.js';
import { type Condition, parseCombination, parseComparison } from './filters.js';
import { type ColumnPath, scanName, scanNames, scanSteps } from './names.js';
import { type OrderTerm, parseOrder } from './order.js';
import { Scanner } from './scanner.js';
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

const reserved: ReadonlySet<string> = new Set(['select', 'columns', 'on_conflict', 'apikey']);

/** Reads a URL's parameters; `isArgument` tells those that a function takes. */
export function parseQuery(
  parameters: URLSearchParams,
  isArgument: (name: string) => boolean = () => false,
): TopQuery {
  const select = parseSelect(parameters.get('select') ?? '*');
  const top: TopQuery = {
    ...emptyQuery(),
    select: select.length === 0 ? parseSelect('*') : select,
    columns: parseNames('columns', parameters.get('columns')),
    onConflict: parseNames('on_conflict', parameters.get('on_conflict')),
  };
  for (const [name, value] of parameters) {
    if (!isReserved(name) && !isArgument(name)) addParameter(top, name, value);
  }
  return top;
}

export function isReserved(name: string): boolean {
  return reserved.has(name);
}

export function emptyQuery(): Query {
  return { conditions: [], order: [], limit: null, offset: null, embedded: new Map() };
}

function addParameter(top: TopQuery, name: string, value: string): void {
  const { embeds, path } = parseKey(name);
  const negated = embeds.at(-1) === 'not' && (path.column === 'and' || path.column === 'or');
  const query = findLevel(top, negated ? embeds.slice(0, -1) : embeds);
  switch (path.column) {
    case 'order':
      query.order = parseOrder(value);
      return;
    case 'limit':
      query.limit = parseCount(value);
      if ((query.limit ?? 0) < 0) throw outOfRange('Limit should be greater than or equal to zero.');
      return;
    case 'offset':
      query.offset = parseCount(value);
      return;
    case 'and':
    case 'or':
      query.conditions.push(parseCombination(path.column, negated, value));
      return;
    default:
      query.conditions.push(parseComparison(path, value));
  }
}

/** `activity.data->>kind`: the embedded tables on the way, and the column at its end. */
function parseKey(name: string): { embeds: string[]; path: ColumnPath } {
  const scanner = new Scanner(name, 'tree path');
  const names = [scanName(scanner)];
  while (scanner.accept('.')) names.push(scanName(scanner));
  const path = { column: names.pop() ?? '', steps: scanSteps(scanner) };
  scanner.expectEnd();
  return { embeds: names, path };
}

function findLevel(top: TopQuery, names: readonly string[]): Query {
  let query: Query = top;
  let items: readonly SelectItem[] = top.select;
  for (const name of names) {
    const embed = items.find((item) => item.kind === 'embed' && nameOf(item) === name);
    if (embed?.kind !== 'embed') throw notEmbedded(name);
    const inner = query.embedded.get(name) ?? emptyQuery();
    query.embedded.set(name, inner);
    query = inner;
    items = embed.items;
  }
  return query;
}

export function nameOf(embed: { alias: string | null; relation: string }): string {
  return embed.alias ?? embed.relation;
}

export function notEmbedded(name: string): RestError {
  return new RestError(
    400,
    'PGRST108',
    `'${name}' is not an embedded resource in this request`,
    null,
    `Verify that '${name}' is included in the 'select' query parameter.`,
  );
}

export function outOfRange(details: string): RestError {
  return new RestError(416, 'PGRST103', 'Requested range not satisfiable', details);
}

function parseNames(what: string, text: string | null): string[] | null {
  return text === null || text === ''
    ? null
    : [...new Set(scanNames(new Scanner(text, `${what} parameter`)))];
}

/** What is not a whole number restricts nothing, as with PostgREST. */
function parseCount(text: string): number | null {
  return /^-?\d+$/.test(text) ? toCount(text) : null;
}

/** No table has as many rows as a number has exact values: beyond them, all are the same to it. */
export function toCount(digits: string): number {
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number(digits), Number.MAX_SAFE_INTEGER));
}
