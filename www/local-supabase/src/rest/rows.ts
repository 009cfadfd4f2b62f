import { quoteIdentifier } from '../database/database.js';
import { columnSql, outputName, type Parameters } from './columns.js';
import { conditionsSql, pageSql, whereSql } from './conditions.js';
import { RestError } from './errors.js';
import type { Embed, Level } from './plan.js';
import { notEmbedded } from './query.js';

/** The rows of one level, with what is embedded in each of them. */
export function rowsSql(level: Level, from: string, conditions: string[], parameters: Parameters): string {
  const { columns, joins } = outputSql(level, parameters);
  return (
    `select ${columns.join(', ')} from ${from}${joins.join('')}` +
    `${whereSql(conditions)}${orderSql(level, parameters)}${pageSql(level)}`
  );
}

/** The select list of one level; what it spreads is joined, so that all its columns have a place to come from. */
function outputSql(level: Level, parameters: Parameters): { columns: string[]; joins: string[] } {
  const columns = level.columns.map(({ path, alias, cast }) => {
    if (path === null) return `${level.source}.*`;
    const column = columnSql(level.source, path);
    const value = cast === null ? column : `cast(${column} as ${cast})`;
    return `${value} as ${quoteIdentifier(outputName(path, alias))}`;
  });
  const joins: string[] = [];
  for (const embed of level.embeds.filter(({ isEmpty }) => !isEmpty)) {
    const rows = rowsSql(embed, embed.from, [...embed.join, ...conditionsSql(embed, parameters)], parameters);
    if (!embed.spread) {
      const value = embed.isToOne ? 'row_to_json(item.*)' : "coalesce(json_agg(item.*), '[]')";
      columns.push(`(select ${value} from (${rows}) as item) as ${quoteIdentifier(embed.name)}`);
      continue;
    }
    const spread = quoteIdentifier(`spread ${embed.source.slice(1, -1)}`);
    joins.push(` left join lateral (${embed.isToOne ? rows : listsSql(embed, rows)}) as ${spread} on true`);
    columns.push(`${spread}.*`);
  }
  return { columns, joins };
}

/** Many rows spread as one list for each of their columns. */
function listsSql(embed: Embed, rows: string): string {
  const lists = outputNames(embed).map((name) => {
    const column = quoteIdentifier(name);
    return `coalesce(json_agg(item.${column}), '[]') as ${column}`;
  });
  return `select ${lists.join(', ')} from (${rows}) as item`;
}

function outputNames(embed: Embed): string[] {
  const own = embed.columns.flatMap(({ path, alias }) =>
    path === null ? embed.table.columns.map(({ name }) => name) : [outputName(path, alias)],
  );
  const inside = embed.embeds.filter(({ isEmpty }) => !isEmpty);
  return [...own, ...inside.flatMap((inner) => (inner.spread ? outputNames(inner) : [inner.name]))];
}

function orderSql(level: Level, parameters: Parameters): string {
  const terms = level.query.order.map(({ relation, path, direction, nulls }) => {
    const value =
      relation === null
        ? columnSql(level.source, path)
        : relatedSql(embedNamed(level, relation), (source) => columnSql(source, path), parameters);
    return `${value} ${direction}${nulls === null ? '' : ` nulls ${nulls}`}`;
  });
  return terms.length === 0 ? '' : ` order by ${terms.join(', ')}`;
}

/** A value of the one row that is embedded. */
function relatedSql(embed: Embed, value: (source: string) => string, parameters: Parameters): string {
  const conditions = [...embed.join, ...conditionsSql(embed, parameters)];
  return `(select ${value(embed.source)} from ${embed.from}${whereSql(conditions)})`;
}

function embedNamed(level: Level, name: string): Embed {
  const embed = level.embeds.find((candidate) => candidate.name === name);
  if (embed === undefined) throw notEmbedded(name);
  if (embed.isToOne) return embed;
  throw new RestError(
    400,
    'PGRST118',
    `A related order on '${name}' is not possible`,
    `'${level.table.name}' and '${name}' do not form a many-to-one or one-to-one relationship`,
  );
}
