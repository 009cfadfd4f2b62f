import { arrayLiteral, columnSql, isSearchVector, type Parameters } from './columns.js';
import { RestError } from './errors.js';
import type { Comparison, Condition, Operation } from './filters.js';
import type { Embed, Level } from './plan.js';

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
  sl: '<<',
  sr: '>>',
  nxl: '&>',
  nxr: '&<',
  adj: '-|-',
};

const searchParsers: Readonly<Record<string, string>> = {
  fts: 'to_tsquery',
  plfts: 'plainto_tsquery',
  phfts: 'phraseto_tsquery',
  wfts: 'websearch_to_tsquery',
};

/** The conditions of one level, with the matches that its `!inner` embeds demand. */
export function conditionsSql(level: Level, parameters: Parameters): string[] {
  return [
    ...level.query.conditions.map((condition) => conditionSql(level, condition, parameters)),
    ...level.embeds.filter(({ inner }) => inner).map((embed) => existsSql(embed, parameters)),
  ];
}

export function whereSql(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
}

function conditionSql(level: Level, condition: Condition, parameters: Parameters): string {
  const sql =
    condition.kind === 'combination'
      ? condition.conditions
          .map((inner) => conditionSql(level, inner, parameters))
          .join(` ${condition.operator} `)
      : comparisonSql(level, condition, parameters);
  return condition.negated ? `not (${sql})` : `(${sql})`;
}

function comparisonSql(level: Level, comparison: Comparison, parameters: Parameters): string {
  const { path, operation } = comparison;
  const embed = level.embeds.find(({ name }) => name === path.column);
  if (embed !== undefined) return absenceSql(embed, operation, parameters);
  const column = columnSql(level.source, path);
  switch (operation.kind) {
    case 'is':
      return `${column} is ${operation.keyword.replace('_', ' ')}`;
    case 'in':
      return `${column} = any (${parameters.add(arrayLiteral(operation.values))})`;
    case 'search': {
      const config = operation.config === null ? '' : `${parameters.add(operation.config)}::regconfig, `;
      const vector = isSearchVector(level.table, path) ? column : `to_tsvector(${config}${column})`;
      return `${vector} @@ ${searchParsers[operation.parser]}(${config}${parameters.add(operation.value)})`;
    }
    case 'binary':
      return binarySql(column, operation, parameters);
  }
}

function binarySql(
  column: string,
  { operator, quantifier, value }: Extract<Operation, { kind: 'binary' }>,
  parameters: Parameters,
): string {
  const isPattern = operator === 'like' || operator === 'ilike';
  const parameter = parameters.add(isPattern ? value.replaceAll('*', '%') : value);
  return `${column} ${operators[operator]} ${quantifier === null ? parameter : `${quantifier} (${parameter})`}`;
}

/** `client=is.null` on an embedded table: rows that have none. */
function absenceSql(embed: Embed, operation: Operation, parameters: Parameters): string {
  const keyword = operation.kind === 'is' ? operation.keyword : '';
  if (keyword !== 'null' && keyword !== 'not_null') {
    throw new RestError(
      400,
      'PGRST120',
      'Only is null or not is null filters are allowed on embedded resources',
    );
  }
  return `${keyword === 'null' ? 'not ' : ''}${existsSql(embed, parameters)}`;
}

function existsSql(embed: Embed, parameters: Parameters): string {
  const conditions = [...embed.join, ...conditionsSql(embed, parameters)];
  // What is not on the embed's own page is not embedded, so it is not there to be found either.
  return `exists (select from ${embed.from}${whereSql(conditions)}${pageSql(embed)})`;
}

export function pageSql({ query }: Level): string {
  const limit = query.limit === null ? '' : ` limit ${query.limit}`;
  return query.offset === null ? limit : `${limit} offset ${query.offset}`;
}
