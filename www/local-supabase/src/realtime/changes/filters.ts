import { type Database, quoteIdentifier, type SqlValue } from '../../database/database.js';
import type { FilterTerm } from './bindings.js';
import { splitTerms } from './bindings.js';
import type { ChangedRow, Relation } from './changedRows.js';

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

const isValues: ReadonlySet<string> = new Set(['null', 'not null', 'true', 'false', 'unknown']);

/** Filters by their text. */
export type Filters = ReadonlyMap<string, readonly FilterTerm[]>;

/** Which of these filters each of the rows, all of one table, meets. */
export async function matchFilters(
  database: Database,
  relation: Relation,
  rows: readonly ChangedRow[],
  filters: Filters,
): Promise<ReadonlySet<string>[]> {
  const matches = rows.map(() => new Set<string>());
  const entries = [...filters];
  for (let start = 0; start < entries.length; start += filtersPerStatement) {
    const some = entries.slice(start, start + filtersPerStatement);
    const answers = await testFilters(database, relation, rows, some);
    for (const [position, answer] of answers.entries()) {
      for (const [index, [text]] of some.entries())
        if (answer[`f${index}`] === 't') matches[position]?.add(text);
    }
  }
  return matches;
}

/** Runs a filter on an empty row: a value that does not fit its column's type fails here, not at each change. */
export async function tryFilter(
  database: Database,
  name: string,
  filter: readonly FilterTerm[],
): Promise<void> {
  const parameters: SqlValue[] = ['{}'];
  const sql = filterSql(filter, parameters);
  await database.query(
    `select ${sql} from (select $1::jsonb as value) as source,
     lateral jsonb_populate_record(null::${name}, source.value) as subject`,
    parameters,
  );
}

async function testFilters(
  database: Database,
  { name }: Relation,
  rows: readonly ChangedRow[],
  filters: readonly (readonly [string, readonly FilterTerm[]])[],
): Promise<Record<string, SqlValue>[]> {
  const parameters: SqlValue[] = [JSON.stringify(rows.map(({ matchedOn }) => matchedOn))];
  const tests = filters.map(([, filter], index) => `(${filterSql(filter, parameters)}) as f${index}`);
  const answer = await database.query(
    `select ${tests.join(', ')}
     from jsonb_array_elements_text($1::jsonb) with ordinality as sources (text, position),
       lateral (select sources.text::jsonb as value) as source,
       lateral jsonb_populate_record(null::${name}, source.value) as subject
     order by sources.position`,
    parameters,
  );
  return answer.rows;
}

/**
 * A filter as SQL on the row `subject`, whose JSON is `source.value`. PostgreSQL compares, so that a date is compared
 * as a date. A column that the change does not carry (a deletion's, beyond its key) matches nothing.
 */
function filterSql(filter: readonly FilterTerm[], parameters: SqlValue[]): string {
  const terms = filter.map((term) => {
    const sql = termSql(term, parameters);
    const isKnown = `source.value ? ${literal(term.column)}`;
    return `${isKnown} and ${term.negated ? `not (${sql})` : sql}`;
  });
  return terms.length === 0 ? 'true' : terms.join(' and ');
}

function termSql({ column, operator, value }: FilterTerm, parameters: SqlValue[]): string {
  const subject = `subject.${quoteIdentifier(column)}`;
  const add = (parameter: string): string => `$${parameters.push(parameter)}`;
  if (operator === 'is') {
    const keyword = value.toLowerCase();
    return isValues.has(keyword) ? `${subject} is ${keyword}` : `${subject} = ${add(value)}`;
  }
  if (operator === 'in') {
    const items = splitTerms(value.replace(/^\(|\)$/g, '')).map((item) =>
      item.startsWith('"') ? item.slice(1, -1).replace(/\\(.)/g, '$1') : item,
    );
    const array = `{${items.map((item) => `"${item.replace(/[\\"]/g, '\\$&')}"`).join(',')}}`;
    return `${subject} = any (${add(array)})`;
  }
  return `${subject} ${symbols[operator]} ${add(value)}`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
