import { quoteIdentifier } from '../database/database.js';
import { qualified, type Table } from './catalog.js';
import type { Parameters } from './columns.js';
import { conditionsSql } from './conditions.js';
import { bodySql } from './mediaTypes.js';
import type { Level } from './plan.js';
import { emptyQuery } from './query.js';
import type { RestRequest } from './request.js';
import { rowsSql } from './rows.js';
import type { Statement } from './statements.js';
import { updatedSql } from './upserts.js';

/** A change that changes nothing, but fails if the table may not be read. */
export function nothing(table: Table): string {
  return `select ${quoteIdentifier(table.name)}.* from ${qualified(table)} as ${quoteIdentifier(table.name)} where false`;
}

/**
 * What a change answers. Rows are only read back when asked for, and of them only the columns that are: reading
 * needs the right to select, writing does not.
 */
export function answerOf(
  change: string,
  level: Level,
  request: RestRequest,
  parameters: Parameters,
): Statement {
  const { returns, columns } = returnedOf(level, request);
  const changed = change.startsWith('select') ? change : `${change} returning ${columns}`;
  if (returns !== 'representation') {
    const keys =
      returns === 'keys'
        ? `, (select json_build_array(${keyTexts(level)})::text from changed limit 1) as keys`
        : '';
    return {
      sql: `with changed as (${changed})
        select '' as body, count(*) as total, ${updatedSql} as updated${keys} from changed`,
      parameters,
    };
  }
  // The change has applied the conditions; `!inner` embeds still decide which of its rows are shown.
  const shown: Level = { ...level, query: { ...emptyQuery(), order: level.query.order } };
  const rows = rowsSql(shown, `changed as ${level.source}`, conditionsSql(shown, parameters), parameters);
  return {
    sql: `with changed as (${changed}), page as (${rows})
      select ${bodySql(request.mediaType)} as body, count(*) as total, ${updatedSql} as updated from page`,
    parameters,
  };
}

function returnedOf(
  level: Level,
  { preferences }: RestRequest,
): { returns: 'representation' | 'keys' | 'nothing'; columns: string } {
  if (preferences.return === 'representation') {
    return { returns: 'representation', columns: neededColumns(level) };
  }
  if (preferences.return === 'headers-only' && level.table.primaryKey.length > 0) {
    const columns = level.table.primaryKey.map((name) => `${level.source}.${quoteIdentifier(name)}`);
    return { returns: 'keys', columns: columns.join(', ') };
  }
  return { returns: 'nothing', columns: '1' };
}

function keyTexts({ table }: Level): string {
  return table.primaryKey.map((name) => `${quoteIdentifier(name)}::text`).join(', ');
}

/** The selected columns, those that embedded rows hang on, and those that the answer is ordered by. */
function neededColumns(level: Level): string {
  const paths = level.columns.map(({ path }) => path?.column ?? null);
  const ordered = level.query.order.flatMap(({ relation, path }) => (relation === null ? [path.column] : []));
  const joined = level.embeds.flatMap(({ columnsHere }) => columnsHere);
  const names = new Set([...paths.filter((name) => name !== null), ...ordered, ...joined]);
  const isKnown = (name: string): boolean => level.table.columns.some((column) => column.name === name);
  const all = paths.includes(null);
  const listed = [...names]
    .filter((name) => !(all && isKnown(name)))
    .map((name) => `${level.source}.${quoteIdentifier(name)}`);
  const columns = all ? [`${level.source}.*`, ...listed] : listed;
  return columns.length === 0 ? '1' : columns.join(', ');
}
