import { quoteIdentifier, type SqlValue } from '../database/database.js';
import type { FilterTerm } from './bindings.js';
import { splitTerms } from './bindings.js';

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

/**
 * A filter as SQL on the row `subject`, whose JSON is `$1`. PostgreSQL compares, so that a date is compared as a
 * date. A column that the change does not carry (a deletion's, beyond its key) matches nothing.
 */
export function filterSql(filter: readonly FilterTerm[], parameters: SqlValue[]): string {
  const terms = filter.map((term) => {
    const sql = termSql(term, parameters);
    const isKnown = `$1::jsonb ? ${literal(term.column)}`;
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
