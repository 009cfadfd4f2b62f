import { type Database, quoteIdentifier } from '../database/database.js';
import { RestError } from './errors.js';
import type { SelectColumn, SelectEmbed, SelectItem } from './select.js';

/** An embed whose foreign key is known. */
export interface ResolvedEmbed {
  kind: 'embed';
  /** The name its rows appear under. */
  name: string;
  table: string;
  /** Its alias in the statement. */
  source: string;
  inner: boolean;
  isMany: boolean;
  columns: { here: string; there: string }[];
  items: ResolvedItem[];
}

export type ResolvedItem = SelectColumn | ResolvedEmbed;

interface Relationship {
  name: string;
  /** The other table holds the foreign key, and several of its rows may. */
  is_many: boolean;
  columns: { here: string; there: string }[];
}

/** Looks up the foreign keys that a select list goes over. Runs before the request's transaction. */
export async function resolveSelect(
  database: Database,
  schema: string,
  table: string,
  items: readonly SelectItem[],
  source: string,
): Promise<ResolvedItem[]> {
  const resolved: ResolvedItem[] = [];
  for (const [index, item] of items.entries()) {
    if (item.kind === 'column') resolved.push(item);
    else resolved.push(await resolveEmbed(database, schema, table, item, `${source}_${index}`));
  }
  return resolved;
}

async function resolveEmbed(
  database: Database,
  schema: string,
  table: string,
  embed: SelectEmbed,
  source: string,
): Promise<ResolvedEmbed> {
  const relationship = pickRelationship(
    await findRelationships(database, schema, table, embed.relation),
    table,
    embed,
  );
  return {
    kind: 'embed',
    name: embed.alias ?? embed.relation,
    table: `${quoteIdentifier(schema)}.${quoteIdentifier(embed.relation)}`,
    source,
    inner: embed.inner,
    isMany: relationship.is_many,
    columns: relationship.columns,
    items: await resolveSelect(database, schema, embed.relation, embed.items, source),
  };
}

function pickRelationship(
  candidates: readonly Relationship[],
  table: string,
  embed: SelectEmbed,
): Relationship {
  const { hint } = embed;
  const fitting =
    hint === null
      ? candidates
      : candidates.filter(
          ({ name, columns }) =>
            name === hint || columns.some(({ here, there }) => here === hint || there === hint),
        );
  const [first, second] = fitting;
  if (first === undefined) {
    throw new RestError(
      400,
      'PGRST200',
      `Could not find a relationship between '${table}' and '${embed.relation}' in the schema cache`,
      `Searched for a foreign key relationship between '${table}' and '${embed.relation}', but no matches were found.`,
    );
  }
  if (second !== undefined) {
    throw new RestError(
      300,
      'PGRST201',
      `Could not embed because more than one relationship was found for '${table}' and '${embed.relation}'`,
      null,
      `Try changing '${embed.relation}' to one of the following: ${fitting
        .map(({ name }) => `'${embed.relation}!${name}'`)
        .join(', ')}.`,
    );
  }
  return first;
}

async function findRelationships(
  database: Database,
  schema: string,
  table: string,
  other: string,
): Promise<Relationship[]> {
  const { rows } = await database.query(
    `with tables as (
       select here.oid as here, there.oid as there
       from pg_class as here
       join pg_class as there on there.relnamespace = here.relnamespace
       where here.relnamespace = to_regnamespace(quote_ident($1)) and here.relname = $2 and there.relname = $3
     ), keys as (
       select conname, conrelid, conkey, confkey, conrelid = tables.here and confrelid = tables.there as outgoing,
         exists (
           select from pg_index
           where indrelid = conrelid and indisunique and indpred is null
             and indkey::int2[] @> conkey and conkey @> indkey::int2[]
         ) as is_unique,
         tables.here, tables.there
       from pg_constraint join tables
         on (conrelid = tables.here and confrelid = tables.there)
         or (conrelid = tables.there and confrelid = tables.here)
       where contype = 'f'
     )
     select json_build_object(
       'name', conname,
       'is_many', not outgoing and not is_unique,
       'columns', (
         select json_agg(json_build_object(
           'here', (select attname from pg_attribute
             where attrelid = keys.here and attnum = case when outgoing then own else referenced end),
           'there', (select attname from pg_attribute
             where attrelid = keys.there and attnum = case when outgoing then referenced else own end)
         ))
         from unnest(conkey, confkey) as pairs (own, referenced)
       )
     )::text as relationship
     from keys order by conname`,
    [schema, table, other],
  );
  return rows.map((row) => JSON.parse(row.relationship ?? '{}') as Relationship);
}
