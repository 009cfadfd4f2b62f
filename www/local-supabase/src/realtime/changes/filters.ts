import { type Database, isConnectionLoss, quoteIdentifier, type SqlValue } from '../../database/database.js';
import { messageOf } from '../../errors.js';
import type { FilterTerm } from './bindings.js';
import { type ChangedRow, type Relation, recordSql } from './changedRows.js';

/** So many filters are tested by one statement: PostgreSQL takes some 1,600 columns. */
const filtersPerStatement = 500;

const symbols: Readonly<Record<string, string>> = {
  eq: '=',
  neq: '<>',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
  like: 'like',
  ilike: 'ilike',
  match: '~',
  imatch: '~*',
  isdistinct: 'is distinct from',
};

/** What `is` takes. */
export const isKeywords: ReadonlySet<string> = new Set(['null', 'true', 'false', 'unknown']);

type Filter = readonly FilterTerm[];

/** Filters by their text. */
export type Filters = ReadonlyMap<string, Filter>;

/** Which of these filters each of the rows, all of one table, meets. */
export async function matchFilters(
  database: Database,
  relation: Relation,
  rows: readonly ChangedRow[],
  filters: Filters,
): Promise<ReadonlySet<string>[]> {
  const matches = rows.map(() => new Set<string>());
  const columns = new Set(relation.columns.map(({ name }) => name));
  // A column that was dropped since is one that no row has.
  const entries = [...filters].filter(([, filter]) => filter.every(({ column }) => columns.has(column)));
  for (let start = 0; start < entries.length; start += filtersPerStatement) {
    const some = entries.slice(start, start + filtersPerStatement);
    const answers = await testFilters(database, relation, rows, some);
    for (const [position, met] of answers.entries()) for (const text of met) matches[position]?.add(text);
  }
  return matches;
}

/** Runs a filter on an empty row: a value that does not fit its column's type fails here, not at each change. */
export async function tryFilter(database: Database, relation: Relation, filter: Filter): Promise<void> {
  const parameters: SqlValue[] = ['["{}"]'];
  await database.query(testSql(relation, [filter], parameters), parameters);
}

type Entry = readonly [text: string, filter: Filter];

/** One filter that fails, because its column has another type now, is met by nothing and spoils no other. */
async function testFilters(
  database: Database,
  relation: Relation,
  rows: readonly ChangedRow[],
  entries: readonly Entry[],
): Promise<string[][]> {
  const parameters: SqlValue[] = [JSON.stringify(rows.map(({ matchedOn }) => matchedOn))];
  const filters = entries.map(([, filter]) => filter);
  try {
    const answer = await database.query(testSql(relation, filters, parameters), parameters);
    return answer.rows.map((row) =>
      entries.filter((_, index) => row[`f${index}`] === 't').map(([text]) => text),
    );
  } catch (cause) {
    if (isConnectionLoss(cause)) throw cause;
    if (entries.length === 1) {
      process.stderr.write(`local-supabase: realtime: a filter on ${relation.name}: ${messageOf(cause)}\n`);
      return rows.map(() => []);
    }
    const met: string[][] = rows.map(() => []);
    for (const entry of entries) {
      const answers = await testFilters(database, relation, rows, [entry]);
      for (const [position, texts] of answers.entries()) met[position]?.push(...texts);
    }
    return met;
  }
}

/** Of each row of `$1`, a JSON list of JSON texts, which filters it meets: columns `f0`, `f1` … */
function testSql(relation: Relation, filters: readonly Filter[], parameters: SqlValue[]): string {
  const tests = filters.map((filter, index) => `(${filterSql(filter, parameters)}) as f${index}`);
  const columns = new Set(filters.flatMap((filter) => filter.map(({ column }) => column)));
  return `select ${tests.join(', ')}
    from jsonb_array_elements_text($1::jsonb) with ordinality as sources (text, position),
      lateral (select sources.text::jsonb as value) as source,
      lateral jsonb_to_record(source.value) as ${recordSql('subject', relation, columns)}
    order by sources.position`;
}

/**
 * A filter as SQL on the row `subject`, whose JSON is `source.value`. PostgreSQL compares, so that a date is compared
 * as a date. A column that the change does not carry (a deletion's, beyond its key) matches nothing.
 */
function filterSql(filter: Filter, parameters: SqlValue[]): string {
  return filter
    .map((term) => {
      const sql = termSql(term, parameters);
      const isKnown = `source.value ? ${literal(term.column)}`;
      return `${isKnown} and ${term.negated ? `not (${sql})` : sql}`;
    })
    .join(' and ');
}

function termSql({ column, operator, value }: FilterTerm, parameters: SqlValue[]): string {
  const subject = `subject.${quoteIdentifier(column)}`;
  const add = (parameter: string): string => `$${parameters.push(parameter)}`;
  if (operator === 'is') {
    const keyword = value.toLowerCase();
    return isKeywords.has(keyword) ? `${subject} is ${keyword}` : 'false';
  }
  if (operator === 'in') {
    // The list between the parentheses is the text of an array, quotes and all.
    return `${subject} = any (${add(`{${value.slice(1, -1)}}`)})`;
  }
  return `${subject} ${symbols[operator]} ${add(value)}`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
