import { quoteIdentifier, type SqlValue } from '../database/database.js';
import {
  type ColumnPath,
  type Condition,
  type OrderTerm,
  splitList,
  syntaxError,
  unquote,
} from './grammar.js';
import { emptyQuery, type Query } from './query.js';
import type { ResolvedEmbed, ResolvedItem } from './relationships.js';

/** Collects the values of a statement; PostgreSQL infers each one's type from where it stands. */
export class Parameters {
  readonly values: SqlValue[] = [];

  add(value: SqlValue): string {
    return `$${this.values.push(value)}`;
  }
}

const operators: Readonly<Record<string, string>> = {
  eq: '=',
  neq: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  like: 'like',
  ilike: 'ilike',
  match: '~',
  imatch: '~*',
  isdistinct: 'is distinct from',
  cs: '@>',
  cd: '<@',
  ov: '&&',
};

const isValues: Readonly<Record<string, string>> = {
  null: 'null',
  not_null: 'not null',
  true: 'true',
  false: 'false',
  unknown: 'unknown',
};

export function columnSql(source: string, path: ColumnPath): string {
  const column = `${source}.${quoteIdentifier(path.column)}`;
  if (path.steps.length === 0) return column;
  const steps = path.steps.map(({ key, asText }) => `${asText ? '->>' : '->'}${stepSql(key)}`);
  return `(to_jsonb(${column})${steps.join('')})`;
}

function stepSql(key: string): string {
  return /^-?\d+$/.test(key) ? key : quoteLiteral(key);
}

function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function conditionSql(source: string, condition: Condition, parameters: Parameters): string {
  const sql =
    condition.kind === 'combination'
      ? condition.conditions
          .map((inner) => conditionSql(source, inner, parameters))
          .join(` ${condition.operator} `)
      : comparisonSql(columnSql(source, condition.path), condition.operator, condition.value, parameters);
  return condition.negated ? `not (${sql})` : `(${sql})`;
}

function comparisonSql(column: string, operator: string, value: string, parameters: Parameters): string {
  if (operator === 'is') {
    const keyword = isValues[value.toLowerCase()];
    if (keyword === undefined) throw syntaxError('filter', `is.${value}`);
    return `${column} is ${keyword}`;
  }
  if (operator === 'in') {
    if (!value.startsWith('(') || !value.endsWith(')')) throw syntaxError('filter', `in.${value}`);
    const items = splitList(value.slice(1, -1)).map(unquote);
    return `${column} = any (${parameters.add(arrayLiteral(items))})`;
  }
  const symbol = operators[operator];
  if (symbol === undefined) throw syntaxError('filter', `${operator}.${value}`);
  const isPattern = operator === 'like' || operator === 'ilike';
  return `${column} ${symbol} ${parameters.add(isPattern ? value.replaceAll('*', '%') : value)}`;
}

export function arrayLiteral(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replace(/[\\"]/g, '\\$&')}"`).join(',')}}`;
}

export function whereSql(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
}

export function conditionsSql(source: string, query: Query, parameters: Parameters): string[] {
  return query.conditions.map((condition) => conditionSql(source, condition, parameters));
}

export function orderSql(source: string, order: readonly OrderTerm[]): string {
  if (order.length === 0) return '';
  const terms = order.map(
    ({ path, direction, nulls }) =>
      `${columnSql(source, path)} ${direction}${nulls === null ? '' : ` nulls ${nulls}`}`,
  );
  return ` order by ${terms.join(', ')}`;
}

export function pageSql(query: Query): string {
  const limit = query.limit === null ? '' : ` limit ${query.limit}`;
  return query.offset === null ? limit : `${limit} offset ${query.offset}`;
}

/** The select list of one level; embedded rows are correlated subqueries that answer JSON. */
export function selectSql(
  source: string,
  items: readonly ResolvedItem[],
  query: Query,
  parameters: Parameters,
): string {
  return items.map((item) => itemSql(source, item, query, parameters)).join(', ');
}

function itemSql(source: string, item: ResolvedItem, query: Query, parameters: Parameters): string {
  if (item.kind === 'embed') return embedSql(source, item, query, parameters);
  if (item.path === null) return `${source}.*`;
  const column = columnSql(source, item.path);
  const value = item.cast === null ? column : `cast(${column} as ${castType(item.cast)})`;
  const name = item.alias ?? item.path.steps.at(-1)?.key ?? item.path.column;
  return `${value} as ${quoteIdentifier(name)}`;
}

/** A type is a name, perhaps an array of it: quoted, so that nothing else can be smuggled in. */
function castType(cast: string): string {
  const isArray = cast.endsWith('[]');
  const name = isArray ? cast.slice(0, -2) : cast;
  const aliases: Readonly<Record<string, string>> = {
    int: 'int4',
    integer: 'int4',
    bigint: 'int8',
    smallint: 'int2',
    boolean: 'bool',
    real: 'float4',
  };
  return `${quoteIdentifier(aliases[name] ?? name)}${isArray ? '[]' : ''}`;
}

function embedSql(source: string, embed: ResolvedEmbed, query: Query, parameters: Parameters): string {
  const inner = query.embedded.get(embed.name) ?? emptyQuery();
  const rows =
    `select ${selectSql(embed.source, embed.items, inner, parameters)} from ${embed.table} as ${embed.source}` +
    whereSql([...joinSql(source, embed), ...matchingSql(embed.source, embed.items, inner, parameters)]) +
    orderSql(embed.source, inner.order) +
    pageSql(inner);
  const value = embed.isMany ? "coalesce(json_agg(item), '[]')" : 'row_to_json(item)';
  return `(select ${value} from (${rows}) as item) as ${quoteIdentifier(embed.name)}`;
}

/** The conditions of one level, with the matches that its `!inner` embeds demand. */
export function matchingSql(
  source: string,
  items: readonly ResolvedItem[],
  query: Query,
  parameters: Parameters,
): string[] {
  const conditions = conditionsSql(source, query, parameters);
  for (const item of items) {
    if (item.kind !== 'embed' || !item.inner) continue;
    const inner = query.embedded.get(item.name) ?? emptyQuery();
    const matches = [...joinSql(source, item), ...matchingSql(item.source, item.items, inner, parameters)];
    conditions.push(`exists (select from ${item.table} as ${item.source}${whereSql(matches)})`);
  }
  return conditions;
}

function joinSql(source: string, embed: ResolvedEmbed): string[] {
  return embed.columns.map(
    ({ here, there }) => `${embed.source}.${quoteIdentifier(there)} = ${source}.${quoteIdentifier(here)}`,
  );
}
