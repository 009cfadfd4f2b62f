import { quoteIdentifier, type SqlValue } from '../database/database.js';
import type { Table } from './catalog.js';
import type { ColumnPath } from './names.js';

/** Collects the values of a statement; PostgreSQL infers each one's type from where it stands. */
export class Parameters {
  readonly values: SqlValue[] = [];

  add(value: SqlValue): string {
    return `$${this.values.push(value)}`;
  }
}

export function columnSql(source: string, path: ColumnPath): string {
  const column = `${source}.${quoteIdentifier(path.column)}`;
  if (path.steps.length === 0) return column;
  const steps = path.steps.map(
    ({ key, isIndex, asText }) => `${asText ? '->>' : '->'}${isIndex ? key : quoteLiteral(key)}`,
  );
  return `(to_jsonb(${column})${steps.join('')})`;
}

/** Is this a vector of words already, or text that has yet to become one? */
export function isSearchVector(table: Table, path: ColumnPath): boolean {
  if (path.steps.length > 0) return false;
  const column = table.columns.find(({ name }) => name === path.column);
  return column === undefined || column.type === 'tsvector';
}

/** The name of a selected column in the answer: the last key of a path, else the column. */
export function outputName(path: ColumnPath, alias: string | null): string {
  return alias ?? path.steps.findLast(({ isIndex }) => !isIndex)?.key ?? path.column;
}

export function arrayLiteral(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replace(/[\\"]/g, '\\$&')}"`).join(',')}}`;
}

function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
