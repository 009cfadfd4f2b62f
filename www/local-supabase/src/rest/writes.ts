import { type Database, quoteIdentifier } from '../database/database.js';
import { type Body, writtenColumns } from './body.js';
import { type Column, findTable, qualified, type Table } from './catalog.js';
import { Parameters } from './columns.js';
import { conditionsSql, whereSql } from './conditions.js';
import { RestError } from './errors.js';
import type { TopQuery } from './query.js';
import type { RestRequest } from './request.js';
import { answerOf, nothing } from './returning.js';
import { type Statement, topLevel } from './statements.js';
import { conflictSql } from './upserts.js';

export interface Write {
  statement: Statement;
  table: Table;
  /** An upsert on columns that can conflict. */
  resolvesConflicts: boolean;
}

/** The body's rows in a statement; the space keeps the name apart from any table's. */
const rows = quoteIdentifier('body rows');

export async function insert(
  database: Database,
  request: RestRequest,
  name: string,
  query: TopQuery,
  body: Body,
): Promise<Write> {
  const table = await findTable(database, request.schema, name);
  const columns = writtenColumns(table, query.columns, body);
  const conflict = query.onConflict ?? table.primaryKey;
  const resolvesConflicts = request.preferences.resolution !== null && conflict.length > 0;
  const parameters = new Parameters();
  const change =
    body.rowCount === 0
      ? nothing(table)
      : `insert into ${qualified(table)} as ${quoteIdentifier(table.name)} ` +
        insertedSql(table, columns, request, body, parameters) +
        (resolvesConflicts ? conflictSql(request.preferences.resolution, conflict, columns) : '');
  const level = await topLevel(database, table, query);
  return { statement: answerOf(change, level, request, parameters), table, resolvesConflicts };
}

export async function update(
  database: Database,
  request: RestRequest,
  name: string,
  query: TopQuery,
  body: Body,
): Promise<Write> {
  const table = await findTable(database, request.schema, name);
  const columns = writtenColumns(table, query.columns, body);
  const level = await topLevel(database, table, query);
  const parameters = new Parameters();
  const assignments = columns.map((column) => {
    const identifier = quoteIdentifier(column.name);
    return `${identifier} = ${rows}.${identifier}`;
  });
  const change =
    columns.length === 0 || body.rowCount === 0
      ? nothing(table)
      : `update ${qualified(table)} as ${level.source} set ${assignments.join(', ')}
         from (${bodySql(columns, request, body, parameters)} limit 1) as ${rows}` +
        whereSql(conditionsSql({ ...level, embeds: [] }, parameters));
  if (query.conditions.length === 0 && assignments.length > 0) throw needsWhere('UPDATE');
  return { statement: answerOf(change, level, request, parameters), table, resolvesConflicts: false };
}

export async function remove(
  database: Database,
  request: RestRequest,
  name: string,
  query: TopQuery,
): Promise<Write> {
  const table = await findTable(database, request.schema, name);
  const level = await topLevel(database, table, query);
  if (query.conditions.length === 0) throw needsWhere('DELETE');
  const parameters = new Parameters();
  const conditions = conditionsSql({ ...level, embeds: [] }, parameters);
  const change = `delete from ${qualified(table)} as ${level.source}${whereSql(conditions)}`;
  return { statement: answerOf(change, level, request, parameters), table, resolvesConflicts: false };
}

/** A Supabase project loads `safeupdate`, which refuses to change a whole table by leaving out the filters. */
function needsWhere(command: string): RestError {
  return new RestError(400, '21000', `${command} requires a WHERE clause`);
}

function insertedSql(
  table: Table,
  columns: readonly Column[],
  request: RestRequest,
  body: Body,
  parameters: Parameters,
): string {
  if (columns.length > 0) {
    const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
    return `(${names}) ${bodySql(columns, request, body, parameters)}`;
  }
  // Rows that name no column have defaults only; naming any one column says how many there are.
  const [any] = table.columns;
  if (any === undefined) return 'default values';
  return `(${quoteIdentifier(any.name)}) values ${Array(body.rowCount).fill('(default)').join(', ')}`;
}

/** The body as rows of the columns; with `missing=default`, a row without a key gets that column's default. */
function bodySql(
  columns: readonly Column[],
  request: RestRequest,
  body: Body,
  parameters: Parameters,
): string {
  const definitions = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`).join(', ');
  const values = columns.map((column) => {
    const name = quoteIdentifier(column.name);
    if (request.preferences.missing !== 'default' || column.default === null) return `fields.${name}`;
    const key = parameters.add(column.name);
    return `case when elements.element -> ${key}::text is null then ${column.default} else fields.${name} end as ${name}`;
  });
  return `select ${values.join(', ')}
    from json_array_elements(${parameters.add(body.text)}::json) as elements (element)
    cross join json_to_record(elements.element) as fields (${definitions})`;
}
