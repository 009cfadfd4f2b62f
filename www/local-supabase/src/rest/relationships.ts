import type { Database } from '../database/database.js';

/** Columns that are equal in two related rows. */
export interface ColumnPair {
  here: string;
  there: string;
}

/** How the rows of one table belong to those of another. */
export interface Relationship {
  cardinality: 'many-to-one' | 'one-to-one' | 'one-to-many' | 'many-to-many';
  /** The other table or view. */
  target: string;
  /** Both ends are the same table. */
  isSelf: boolean;
  /** This table has the foreign key. */
  holdsKey: boolean;
  /** The foreign key's name; over a junction, the one of the key that points here. */
  constraint: string;
  /** Over a junction: from here to it. */
  columns: ColumnPair[];
  junction: Junction | null;
}

/** A table whose primary key has two foreign keys in it: each of its rows joins two others. */
export interface Junction {
  table: string;
  constraint: string;
  /** `here` is the junction's column. */
  columns: ColumnPair[];
}

/** A foreign key between two tables or views of the schema. */
export interface Link {
  constraint: string;
  holder: string;
  holderColumns: string[];
  referenced: string;
  referencedColumns: string[];
  /** No two rows refer to the same one. */
  isUnique: boolean;
  /** It belongs to the primary key of the very table that holds it. */
  isInPrimaryKey: boolean;
}

interface Known {
  stamp: string | null;
  links: Link[];
}

/** What was found last in each schema. */
const known = new WeakMap<Database, Map<string, Known>>();

/** All foreign keys of a schema. They are only read again when the schema has changed, by whomever. */
export async function findLinks(database: Database, schema: string): Promise<Link[]> {
  const schemas = known.get(database) ?? new Map<string, Known>();
  known.set(database, schemas);
  const stamp = (await database.query(stampSql)).rows[0]?.stamp ?? null;
  const before = schemas.get(schema);
  if (before !== undefined && stamp !== null && before.stamp === stamp) return before.links;
  // Later than the stamp: a change in between is read twice, but never missed.
  const { rows } = await database.query(linksSql, [schema]);
  const links = rows.map((row) => JSON.parse(row.link ?? '{}') as Link);
  schemas.set(schema, { stamp, links });
  return links;
}

/** All relationships of a table or view within its schema. */
export function relationshipsOf(links: readonly Link[], table: string): Relationship[] {
  return links.flatMap((link) => {
    const found: Relationship[] = [];
    if (link.holder === table) found.push(outgoing(link));
    if (link.referenced !== table) return found;
    found.push(incoming(link));
    if (!link.isInPrimaryKey) return found;
    const others = links.filter(
      (other) => other.holder === link.holder && other.isInPrimaryKey && other.constraint !== link.constraint,
    );
    return [...found, ...others.map((other) => overJunction(link, other))];
  });
}

function outgoing(link: Link): Relationship {
  return {
    cardinality: link.isUnique ? 'one-to-one' : 'many-to-one',
    target: link.referenced,
    isSelf: link.holder === link.referenced,
    holdsKey: true,
    constraint: link.constraint,
    columns: pairs(link.holderColumns, link.referencedColumns),
    junction: null,
  };
}

function incoming(link: Link): Relationship {
  return {
    cardinality: link.isUnique ? 'one-to-one' : 'one-to-many',
    target: link.holder,
    isSelf: link.holder === link.referenced,
    holdsKey: false,
    constraint: link.constraint,
    columns: pairs(link.referencedColumns, link.holderColumns),
    junction: null,
  };
}

function overJunction(near: Link, far: Link): Relationship {
  return {
    cardinality: 'many-to-many',
    target: far.referenced,
    isSelf: near.referenced === far.referenced,
    holdsKey: false,
    constraint: near.constraint,
    columns: pairs(near.referencedColumns, near.holderColumns),
    junction: {
      table: near.holder,
      constraint: far.constraint,
      columns: pairs(far.holderColumns, far.referencedColumns),
    },
  };
}

function pairs(here: readonly string[], there: readonly string[]): ColumnPair[] {
  return here.map((column, index) => ({ here: column, there: there[index] ?? '' }));
}

/** Every row of the catalogue that the links are read from, by its place and its transaction. */
const stampSql = `select concat_ws(' ', ${[
  ['pg_namespace', 'oid'],
  ['pg_class', 'oid'],
  ['pg_attribute', 'attrelid'],
  ['pg_constraint', 'oid'],
  ['pg_index', 'indrelid'],
  ['pg_rewrite', 'oid'],
]
  .map(
    ([table, key]) =>
      // Lower numbers are PostgreSQL's own, which nobody changes; but the schema called public is one of them.
      `(select sum(hashtextextended(ctid::text || xmin::text, 0)) from ${table}${
        table === 'pg_namespace' ? '' : ` where ${key} >= 16384`
      })`,
  )
  .join(', ')}) as stamp`;

/**
 * A view has the foreign keys of the columns it shows unchanged; which these are is only to be had from the text of
 * its stored query.
 */
const linksSql = String.raw`
  with recursive view_columns as materialized (
    select view.oid as view, attname, attnum, found[3]::oid as origin, found[4]::int2 as origin_column
    from pg_class as view
    join pg_rewrite on ev_class = view.oid and ev_type = '1'
    cross join regexp_matches(
      ev_action::text,
      ':resno (\d+) :resname (\S+) :ressortgroupref \d+ :resorigtbl (\d+) :resorigcol (\d+) ', 'g'
    ) as found
    join pg_attribute on attrelid = view.oid and attnum = found[1]::int2 and attname = found[2]
    where view.relkind in ('v', 'm') and view.relnamespace = to_regnamespace(quote_ident($1))
  ), keys as materialized (
    select oid, conname, conrelid, confrelid, conkey, confkey,
      exists (
        select from pg_index
        where indrelid = conrelid and indisunique and indpred is null
          and indkey::int2[] @> conkey and conkey @> indkey::int2[]
      ) as is_unique,
      exists (
        select from pg_index where indrelid = conrelid and indisprimary and indkey::int2[] @> conkey
      ) as is_in_primary_key
    from pg_constraint where contype = 'f' and conparentid = 0
  ), parts as materialized (
    select oid as key, place, conrelid, held, confrelid, referred
    from keys cross join unnest(conkey, confkey) with ordinality as columns (held, referred, place)
  ), shown (relation, column_name, column_number, base, base_column) as (
    select attrelid, attname, attnum, attrelid, attnum
    from (select conrelid, held from parts union select confrelid, referred from parts) as ends (base, number)
    join pg_attribute on attrelid = base and attnum = number
    union
    select view, attname, attnum, base, base_column
    from view_columns join shown on relation = origin and column_number = origin_column
  ), holders as materialized (
    select key, relation, json_agg(column_name order by place) as columns, count(*) as size
    from parts join shown on base = conrelid and base_column = held group by key, relation
  ), referenced as materialized (
    select key, relation, json_agg(column_name order by place) as columns, count(*) as size
    from parts join shown on base = confrelid and base_column = referred group by key, relation
  )
  select json_build_object(
    'constraint', conname,
    'holder', holder.relname,
    'holderColumns', holders.columns,
    'referenced', target.relname,
    'referencedColumns', referenced.columns,
    'isUnique', is_unique,
    'isInPrimaryKey', is_in_primary_key and holders.relation = conrelid
  )::text as link
  from keys
  join holders on holders.key = keys.oid and holders.size = cardinality(conkey)
  join referenced on referenced.key = keys.oid and referenced.size = cardinality(confkey)
  join pg_class as holder on holder.oid = holders.relation
  join pg_class as target on target.oid = referenced.relation
  where holder.relnamespace = to_regnamespace(quote_ident($1))
    and target.relnamespace = to_regnamespace(quote_ident($1))
  order by conname, holder.relname, target.relname`;
