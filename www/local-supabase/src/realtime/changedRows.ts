import { becomeCaller, type Claims } from '../database/caller.js';
import { type Database, quoteIdentifier, type Session, type SqlValue } from '../database/database.js';
import type { Binding } from './bindings.js';
import { filterSql } from './filters.js';

/** A captured change. Rows stay JSON text: parsing would lose digits of large numbers. */
export interface ChangedRow {
  schema: string;
  table: string;
  type: string;
  committedAt: string;
  record: string | null;
  oldRecord: string | null;
  matchedOn: string;
  columns: { name: string; type: string }[];
  key: string[];
  isSecured: boolean;
}

export async function readChanges(database: Database, numbers: readonly string[]): Promise<ChangedRow[]> {
  const { rows } = await database.query(
    `select change.schema_name, change.table_name, change.type,
       change.record::text as record, change.old_record::text as old_record, change.matched_on::text as matched_on,
       to_char(change.committed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as committed_at,
       (
         select json_agg(json_build_object('name', attname, 'type', typname) order by attnum)
         from pg_attribute join pg_type on pg_type.oid = atttypid
         where attrelid = relation.oid and attnum > 0 and not attisdropped
       ) as columns,
       coalesce((
         select json_agg(attname)
         from pg_index join pg_attribute on attrelid = indrelid and attnum = any (indkey)
         where indrelid = relation.oid and indisprimary
       ), '[]') as key,
       relation.relrowsecurity as is_secured
     from unnest($1::bigint[]) with ordinality as wanted (number, position)
     join realtime.changes as change using (number)
     join pg_class as relation on relation.oid = change.relation
     order by wanted.position`,
    [`{${numbers.join(',')}}`],
  );
  return rows.map((row) => ({
    schema: row.schema_name ?? '',
    table: row.table_name ?? '',
    type: row.type ?? '',
    committedAt: row.committed_at ?? '',
    record: row.record ?? null,
    oldRecord: row.old_record ?? null,
    matchedOn: row.matched_on ?? '{}',
    columns: JSON.parse(row.columns ?? '[]') as ChangedRow['columns'],
    key: JSON.parse(row.key ?? '[]') as string[],
    isSecured: row.is_secured === 't',
  }));
}

/** Changes are read within moments, so minutes are plenty; messages are kept as long as the real server keeps them. */
export async function prune(database: Database): Promise<void> {
  await database.query("delete from realtime.messages where inserted_at < now() - interval '3 days'");
  await database.query("delete from realtime.changes where committed_at < now() - interval '5 minutes'");
}

/** Which of these bindings' filters the change meets. */
export async function matchFilters<One extends Binding>(
  database: Database,
  row: ChangedRow,
  bindings: readonly One[],
): Promise<Set<One>> {
  if (bindings.every(({ filter }) => filter.length === 0)) return new Set(bindings);
  const parameters: SqlValue[] = [row.matchedOn];
  const tests = bindings.map(({ filter }, index) => `(${filterSql(filter, parameters)}) as f${index}`);
  const { rows } = await database.query(
    `select ${tests.join(', ')} from jsonb_populate_record(null::${qualified(row)}, $1::jsonb) as subject`,
    parameters,
  );
  return new Set(bindings.filter((_, index) => rows[0]?.[`f${index}`] === 't'));
}

/** The change as a caller may see it, as JSON text; `null` if not at all. */
export function visibleParts(
  database: Database,
  row: ChangedRow,
  claims: Claims,
  select: readonly string[] | null,
): Promise<string | null> {
  return database.transaction(async (session) => {
    await becomeCaller(session, claims);
    const readable = await readableColumns(session, row);
    if (readable.size === 0) return withoutRow(row, 'Error 401: Unauthorized');
    if (row.type !== 'DELETE' && row.isSecured) {
      if (row.key.length === 0) return withoutRow(row, 'Error 400: Bad Request, no primary key');
      if (!row.key.every((column) => readable.has(column))) return withoutRow(row, 'Error 401: Unauthorized');
      if (!(await isVisible(session, row))) return null;
    }
    const columns = row.columns.filter(
      ({ name }) => readable.has(name) && (select === null || select.includes(name)),
    );
    return dataJson(row, columns, await trim(session, row, columns));
  });
}

async function readableColumns(session: Session, row: ChangedRow): Promise<Set<string>> {
  const { rows } = await session.query(
    `select attname from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped
       and has_column_privilege(attrelid, attnum, 'select')`,
    [qualified(row)],
  );
  return new Set(rows.map(({ attname }) => attname ?? ''));
}

/** The policies decide: does the caller see a row of this key? */
async function isVisible(session: Session, row: ChangedRow): Promise<boolean> {
  const same = row.key.map(
    (column) => `seen.${quoteIdentifier(column)} = changed.${quoteIdentifier(column)}`,
  );
  const { rows } = await session.query(
    `select from ${qualified(row)} as seen, jsonb_populate_record(null::${qualified(row)}, $1::jsonb) as changed
     where ${same.join(' and ')}`,
    [row.record],
  );
  return rows.length > 0;
}

/** Leaves the given columns of both records, or both as they are if that is all of them. */
async function trim(
  session: Session,
  row: ChangedRow,
  columns: ChangedRow['columns'],
): Promise<{ record: string | null; oldRecord: string | null }> {
  const { record, oldRecord } = row;
  if (columns.length === row.columns.length) return { record, oldRecord };
  const kept = (parameter: number): string =>
    `case when $${parameter}::jsonb is not null then (
       select coalesce(jsonb_object_agg(key, value), '{}')
       from jsonb_each($${parameter}::jsonb)
       where key in (select jsonb_array_elements_text($3::jsonb))
     ) end::text`;
  const names = JSON.stringify(columns.map(({ name }) => name));
  const { rows } = await session.query(`select ${kept(1)} as record, ${kept(2)} as old_record`, [
    record,
    oldRecord,
    names,
  ]);
  return { record: rows[0]?.record ?? null, oldRecord: rows[0]?.old_record ?? null };
}

/** Key by key in the order in which the real server writes them. */
function dataJson(
  row: ChangedRow,
  columns: ChangedRow['columns'],
  { record, oldRecord }: { record: string | null; oldRecord: string | null },
): string {
  return [
    `{"table":${JSON.stringify(row.table)},"type":"${row.type}"`,
    record === null ? '' : `,"record":${record}`,
    `,"columns":${JSON.stringify(columns)},"errors":null,"schema":${JSON.stringify(row.schema)}`,
    `,"commit_timestamp":"${row.committedAt}"`,
    oldRecord === null ? '' : `,"old_record":${oldRecord}`,
    '}',
  ].join('');
}

function withoutRow(row: ChangedRow, error: string): string {
  const { table, type, schema } = row;
  return JSON.stringify({
    table,
    type,
    record: {},
    columns: [],
    errors: [error],
    schema,
    commit_timestamp: null,
  });
}

function qualified({ schema, table }: ChangedRow): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}
