import { type Database, quoteIdentifier } from '../../database/database.js';

/** A table that changes come from, as it is now. */
export interface Relation {
  oid: string;
  schema: string;
  table: string;
  /** As SQL text. */
  name: string;
  columns: readonly ColumnType[];
  key: readonly string[];
  /** Has row level security. */
  isSecured: boolean;
}

/** A column as clients are told of it, and as SQL. */
export interface ColumnType {
  name: string;
  type: string;
  /** Of a domain the type that it narrows: what was true of a row need not be checked of a part of it. */
  sqlType: string;
}

/** A captured change. Rows stay JSON text: parsing would lose digits of large numbers. */
export interface ChangedRow {
  relation: Relation;
  type: string;
  committedAt: string;
  record: string | null;
  oldRecord: string | null;
  /** The row that filters look at. */
  matchedOn: string;
  /** By which a row that policies guard is looked for. */
  key: string | null;
}

/**
 * Takes captured changes out of their table, in the order of their numbers in `numbers`. Each is taken once: what
 * stands in the table has not been sent.
 */
export async function takeChanges(database: Database, numbers: readonly string[]): Promise<ChangedRow[]> {
  const { rows } = await database.query(
    `with taken as (
       delete from realtime.changes where number = any ($1::bigint[]) returning *
     )
     select relation::text as relation, type, record::text as record, old_record::text as old_record,
       matched_on::text as matched_on, row_key::text as row_key,
       to_char(committed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as committed_at
     from unnest($1::bigint[]) with ordinality as wanted (number, position) join taken using (number)
     order by wanted.position`,
    [`{${numbers.join(',')}}`],
  );
  const relations = await readRelations(database, new Set(rows.map((row) => row.relation ?? '')));
  return rows.flatMap((row) => {
    const relation = relations.get(row.relation ?? '');
    // A table that was dropped since has nobody who may read it.
    if (relation === undefined) return [];
    return {
      relation,
      type: row.type ?? '',
      committedAt: row.committed_at ?? '',
      record: row.record ?? null,
      oldRecord: row.old_record ?? null,
      matchedOn: row.matched_on ?? '{}',
      key: row.row_key ?? null,
    };
  });
}

/**
 * Sees to it that every published table is captured. One that is in use by a long transaction is captured the next
 * time: whoever waited for it would hold up everybody else who uses it.
 */
export async function syncCapture(database: Database): Promise<void> {
  await database.query('select realtime.sync_capture() from realtime.capture_differences() limit 1');
}

/** A part of a row's JSON as SQL: `name(column type, …)`, to be read with `jsonb_to_record`. */
export function recordSql(name: string, { columns }: Relation, wanted: ReadonlySet<string>): string {
  const parts = columns
    .filter((column) => wanted.has(column.name))
    .map((column) => `${quoteIdentifier(column.name)} ${column.sqlType}`);
  return `${name}(${parts.join(', ')})`;
}

/** Throws away what nobody waits for, without reading it. */
export async function dropChanges(database: Database, numbers: readonly string[]): Promise<void> {
  await database.query('delete from realtime.changes where number = any ($1::bigint[])', [
    `{${numbers.join(',')}}`,
  ]);
}

/** Tables by their oids; one that is gone is left out. */
export async function readRelations(
  database: Database,
  oids: ReadonlySet<string>,
): Promise<Map<string, Relation>> {
  if (oids.size === 0) return new Map();
  const { rows } = await database.query(
    `select relation.oid::text as oid, nspname, relname, relrowsecurity as is_secured,
       (
         select coalesce(json_agg(json_build_object(
           'name', attname, 'type', typname,
           'sqlType', format_type(case when typtype = 'd' then typbasetype else atttypid end, null)
         ) order by attnum), '[]')
         from pg_attribute join pg_type on pg_type.oid = atttypid
         where attrelid = relation.oid and attnum > 0 and not attisdropped
       ) as columns,
       (
         select coalesce(json_agg(attname), '[]')
         from pg_index join pg_attribute on attrelid = indrelid and attnum = any (indkey)
         where indrelid = relation.oid and indisprimary
       ) as key
     from pg_class as relation join pg_namespace on pg_namespace.oid = relnamespace
     where relation.oid = any ($1::oid[])`,
    [`{${[...oids].join(',')}}`],
  );
  return new Map(
    rows.map((row) => {
      const [schema, table] = [row.nspname ?? '', row.relname ?? ''];
      const relation: Relation = {
        oid: row.oid ?? '',
        schema,
        table,
        name: `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`,
        columns: JSON.parse(row.columns ?? '[]') as ColumnType[],
        key: JSON.parse(row.key ?? '[]') as string[],
        isSecured: row.is_secured === 't',
      };
      return [row.oid ?? '', relation];
    }),
  );
}
