import { type Database, quoteIdentifier } from '../database/database.js';
import type { Call } from './arguments.js';
import { findTable, qualified, type Table } from './catalog.js';
import { Parameters } from './columns.js';
import type { Callable } from './functions.js';
import { bodySql } from './mediaTypes.js';
import type { TopQuery } from './query.js';
import type { RestRequest } from './request.js';
import { pageOf, type Statement, topLevel } from './statements.js';

/** The only column of the rows that a function of single values makes. */
const valueColumn = 'pgrst_scalar';

export async function callStatement(
  database: Database,
  request: RestRequest,
  callable: Callable,
  call: Call,
  query: TopQuery,
): Promise<Statement> {
  const parameters = new Parameters();
  const from = callSql(callable, call, parameters);
  if (callable.returns === 'nothing') {
    return { sql: `select '' as body, count(*) as total from (select 1 ${from}) as done`, parameters };
  }
  const isValue = callable.returns === 'value';
  // In a part of its own, so that counting its rows does not call the function again.
  const called = `called as materialized (select result.* ${from})`;
  const level = await topLevel(
    database,
    await resultTable(database, callable),
    isValue ? { ...query, select: [] } : query,
  );
  if (isValue) {
    const path = { column: valueColumn, steps: [] };
    level.columns = [{ kind: 'column', path, alias: null, cast: null }];
  }
  return pageOf(
    `called as ${level.source}`,
    [called],
    level,
    request,
    parameters,
    resultSql(request, callable),
  );
}

/** One value or row is answered without the list around it. */
function resultSql({ mediaType }: RestRequest, { returns, returnsSet }: Callable): string {
  if (mediaType.format === 'csv') return bodySql(mediaType);
  if (returns === 'value') {
    const list = `json_agg(page.${valueColumn})`;
    return returnsSet ? `coalesce(${list}, '[]')::text` : `coalesce(${list} -> 0, 'null')::text`;
  }
  const list = bodySql(mediaType);
  return returnsSet || mediaType.isObject ? list : `coalesce((${list})::json -> 0, 'null')::text`;
}

async function resultTable(database: Database, { schema, name, table }: Callable): Promise<Table> {
  return table === null ? { schema, name, columns: [], primaryKey: [] } : findTable(database, schema, table);
}

/** Arguments go through JSON, so that arrays and composite types arrive as PostgreSQL reads them. */
function callSql(callable: Callable, call: Call, parameters: Parameters): string {
  const target = qualified(callable);
  const result = callable.returns === 'value' ? `as result (${valueColumn})` : 'as result';
  const [only] = callable.arguments;
  if (only?.name === '') {
    return `from ${target}(${parameters.add(call.text)}::${only.type}) ${result}`;
  }
  const passed = callable.arguments.filter(({ name }) => call.names?.has(name));
  if (passed.length === 0) return `from ${target}() ${result}`;
  const columns = passed.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`);
  const named = passed.map(
    ({ name, variadic }) =>
      `${variadic ? 'variadic ' : ''}${quoteIdentifier(name)} => given.${quoteIdentifier(name)}`,
  );
  return `from json_to_record(${parameters.add(call.text)}::json) as given (${columns.join(', ')})
    cross join lateral ${target}(${named.join(', ')}) ${result}`;
}
