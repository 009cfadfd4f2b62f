import { type Database, quoteIdentifier } from '../database/database.js';
import { RestError } from './errors.js';
import type { TopQuery } from './query.js';
import { type ResolvedItem, resolveSelect } from './relationships.js';
import type { RestRequest } from './request.js';
import { matchingSql, orderSql, Parameters, pageSql, selectSql, whereSql } from './sql.js';

/** A statement whose only row has `body` (JSON text), `total` (its rows) and perhaps `count` (all rows). */
export interface Statement {
  sql: string;
  parameters: Parameters;
}

const source = 'source';

export async function readStatement(
  database: Database,
  request: RestRequest,
  table: string,
  query: TopQuery,
): Promise<Statement> {
  const items = await resolveSelect(database, request.schema, table, query.select, source);
  const parameters = new Parameters();
  const from = `${qualified(request.schema, table)} as ${source}`;
  return pageOf(from, items, query, request, parameters);
}

/** The page of `from` that the query asks for; `from` may be a table or a function's rows. */
export function pageOf(
  from: string,
  items: readonly ResolvedItem[],
  query: TopQuery,
  request: RestRequest,
  parameters: Parameters,
): Statement {
  const where = whereSql(matchingSql(source, items, query, parameters));
  const columns = selectSql(source, items, query, parameters);
  const page = `select ${columns} from ${from}${where}${orderSql(source, query.order)}${pageSql(query)}`;
  const count = request.preferences.countsExactly ? `, (select count(*) from ${from}${where}) as count` : '';
  return {
    sql: `select coalesce(json_agg(page), '[]') as body, count(*) as total${count} from (${page}) as page`,
    parameters,
  };
}

export async function insertStatement(
  database: Database,
  request: RestRequest,
  table: string,
  query: TopQuery,
  body: unknown,
): Promise<Statement> {
  const rows = Array.isArray(body) ? body : [body];
  const columns = query.columns ?? columnsOf(rows);
  const parameters = new Parameters();
  const target = qualified(request.schema, table);
  if (rows.length === 0) return returning(database, request, table, query, nothingOf(target), parameters);
  const names = columns.map(quoteIdentifier).join(', ');
  const values =
    columns.length === 0
      ? 'default values'
      : `(${names}) select ${columns.map((name) => `body.${quoteIdentifier(name)}`).join(', ')}
         from json_populate_recordset(null::${target}, ${parameters.add(JSON.stringify(rows))}::json) as body`;
  const conflict = await conflictSql(database, request, table, query, columns);
  const sql = `insert into ${target} as ${source} ${values}${conflict}`;
  return returning(database, request, table, query, sql, parameters);
}

export async function updateStatement(
  database: Database,
  request: RestRequest,
  table: string,
  query: TopQuery,
  body: unknown,
): Promise<Statement> {
  const columns = query.columns ?? columnsOf([body]);
  const parameters = new Parameters();
  const target = qualified(request.schema, table);
  if (columns.length === 0) {
    return returning(database, request, table, query, nothingOf(target), parameters);
  }
  const assignments = columns.map((name) => `${quoteIdentifier(name)} = body.${quoteIdentifier(name)}`);
  const sql =
    `update ${target} as ${source} set ${assignments.join(', ')}
     from json_populate_record(null::${target}, ${parameters.add(JSON.stringify(body))}::json) as body` +
    whereSql(matchingSql(source, [], query, parameters));
  return returning(database, request, table, query, sql, parameters);
}

export async function deleteStatement(
  database: Database,
  request: RestRequest,
  table: string,
  query: TopQuery,
): Promise<Statement> {
  const parameters = new Parameters();
  const sql =
    `delete from ${qualified(request.schema, table)} as ${source}` +
    whereSql(matchingSql(source, [], query, parameters));
  return returning(database, request, table, query, sql, parameters);
}

export function qualified(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** A change that changes nothing, but fails if the table is not there or may not be read. */
function nothingOf(target: string): string {
  return `select * from ${target} as ${source} where false`;
}

/** Rows are only read back when asked for: reading needs the right to select, writing does not. */
async function returning(
  database: Database,
  request: RestRequest,
  table: string,
  query: TopQuery,
  change: string,
  parameters: Parameters,
): Promise<Statement> {
  const returnsNothing = change.startsWith('select');
  if (request.preferences.returns !== 'representation') {
    const changed = returnsNothing ? change : `${change} returning 1`;
    return {
      sql: `with changed as (${changed}) select '' as body, count(*) as total from changed`,
      parameters,
    };
  }
  const changed = returnsNothing ? change : `${change} returning ${source}.*`;
  const items = await resolveSelect(database, request.schema, table, query.select, source);
  const columns = selectSql(source, items, query, parameters);
  return {
    sql: `with changed as (${changed})
      select coalesce(json_agg(page), '[]') as body, count(*) as total
      from (select ${columns} from changed as ${source}${orderSql(source, query.order)}) as page`,
    parameters,
  };
}

/** The columns that a body names. Rows of one body must name the same ones. */
function columnsOf(rows: readonly unknown[]): string[] {
  const [first, ...others] = rows.map((row) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      throw new RestError(400, 'PGRST102', 'The body must be a JSON object or an array of them');
    }
    return Object.keys(row);
  });
  const columns = new Set(first);
  for (const names of others) {
    if (names.length !== columns.size || names.some((name) => !columns.has(name))) {
      throw new RestError(400, 'PGRST102', 'All object keys must match');
    }
  }
  return [...columns];
}

async function conflictSql(
  database: Database,
  request: RestRequest,
  table: string,
  query: TopQuery,
  columns: readonly string[],
): Promise<string> {
  const { resolution } = request.preferences;
  if (resolution === null) return '';
  const target = query.onConflict ?? (await primaryKey(database, request.schema, table));
  if (target.length === 0) return resolution === 'ignore-duplicates' ? ' on conflict do nothing' : '';
  const names = target.map(quoteIdentifier).join(', ');
  if (resolution === 'ignore-duplicates') return ` on conflict (${names}) do nothing`;
  const assignments = columns.map((name) => `${quoteIdentifier(name)} = excluded.${quoteIdentifier(name)}`);
  return ` on conflict (${names}) do update set ${assignments.join(', ')}`;
}

async function primaryKey(database: Database, schema: string, table: string): Promise<string[]> {
  const { rows } = await database.query(
    `select attname from pg_index
     join pg_class on pg_class.oid = indrelid
     join pg_attribute on attrelid = indrelid and attnum = any (indkey)
     where indisprimary and relname = $2 and relnamespace = to_regnamespace(quote_ident($1))
     order by attnum`,
    [schema, table],
  );
  return rows.map((row) => row.attname ?? '');
}
