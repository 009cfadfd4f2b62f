import { type Database, quoteIdentifier } from '../database/database.js';
import { findTable, qualified, type Table } from './catalog.js';
import { Parameters } from './columns.js';
import { conditionsSql, whereSql } from './conditions.js';
import { bodySql } from './mediaTypes.js';
import { type Level, planLevel } from './plan.js';
import type { TopQuery } from './query.js';
import type { RestRequest } from './request.js';
import { rowsSql } from './rows.js';

/**
 * A statement whose only row has `body` (the answer's text), `total` (its rows) and perhaps `count` (all rows that
 * match), `updated` (rows of an upsert that were there) and `keys` (the key of the first row, a JSON array).
 */
export interface Statement {
  sql: string;
  parameters: Parameters;
}

export async function readStatement(
  database: Database,
  request: RestRequest,
  name: string,
  query: TopQuery,
): Promise<Statement> {
  const table = await findTable(database, request.schema, name);
  const level = await topLevel(database, table, query);
  const parameters = new Parameters();
  return pageOf(`${qualified(table)} as ${level.source}`, [], level, request, parameters);
}

/** The outermost level goes by its table's own name, which is what an error about a column says. */
export function topLevel(database: Database, table: Table, query: TopQuery): Promise<Level> {
  return planLevel(database, quoteIdentifier(table.name), table, query.select, query);
}

/** PostgREST counts whatever has an embedded row, be it on the embed's page or not. */
function withoutPages<Kind extends Level>(level: Kind): Kind {
  const embeds = level.embeds.map((embed) => {
    const query = { ...embed.query, limit: null, offset: null };
    return withoutPages({ ...embed, query });
  });
  return { ...level, embeds };
}

/** The page of `from` that the query asks for; `before` are the parts of the statement that `from` refers to. */
export function pageOf(
  from: string,
  before: readonly string[],
  level: Level,
  request: RestRequest,
  parameters: Parameters,
  body: string = bodySql(request.mediaType),
): Statement {
  const conditions = conditionsSql(level, parameters);
  const rows = rowsSql(level, from, conditions, parameters);
  const count =
    request.preferences.count === null
      ? ''
      : `, (select count(*) from ${from}${whereSql(conditionsSql(withoutPages(level), parameters))}) as count`;
  return {
    sql: `with ${[...before, `page as (${rows})`].join(', ')}
      select ${body} as body, count(*) as total${count} from page`,
    parameters,
  };
}
