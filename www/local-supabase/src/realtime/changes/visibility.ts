import { asCaller, type Claims } from '../../database/caller.js';
import { type Database, quoteIdentifier, type SqlValue } from '../../database/database.js';
import type { ChangedRow, ColumnType, Relation } from './changedRows.js';

/** Of a row that is too large, values of up to so many bytes are sent all the same. */
const smallValueBytes = 64;

/** Which columns a subscriber wants: a JSON list of names, or `null` for all. */
export type Selection = string | null;

/** One row that a caller wants to hear of, in these selections. */
export interface Wish {
  row: ChangedRow;
  selections: ReadonlySet<Selection>;
}

/** What a caller may see of a row, as JSON text by selection; a row that is not there is hidden from it. */
export type Views = ReadonlyMap<ChangedRow, ReadonlyMap<Selection, string>>;

/** The columns of tables that a role may read. */
export type Grants = ReadonlyMap<Relation, ReadonlySet<string>>;

/** Grants are a matter of the role alone, so they are looked up once for all who have it. */
export async function readGrants(
  database: Database,
  role: string,
  relations: ReadonlySet<Relation>,
): Promise<Grants> {
  const grants = new Map<Relation, ReadonlySet<string>>();
  for (const relation of relations) {
    const { rows } = await database.query(
      `select attname from pg_attribute
       where attrelid = to_regclass($1) and attnum > 0 and not attisdropped
         and has_column_privilege($2, attrelid, attnum, 'select')`,
      [relation.name, role],
    );
    grants.set(relation, new Set(rows.map(({ attname }) => attname ?? '')));
  }
  return grants;
}

/** Looks at changed rows with the eyes of a caller: where there are policies, they decide. */
export async function viewAsCaller(
  database: Database,
  claims: Claims,
  grants: Grants,
  wishes: readonly Wish[],
  maxRowBytes: number,
): Promise<Views> {
  const views = new Map<ChangedRow, Map<Selection, string>>();
  for (const [relation, own] of byRelation(wishes)) {
    const readable = grants.get(relation) ?? new Set();
    const problem = problemOf(relation, readable);
    const visible =
      problem === null && relation.isSecured ? await visibleRows(database, claims, relation, own) : null;
    for (const { row, selections } of own) {
      const isDeletion = row.type === 'DELETE';
      if (!isDeletion && visible !== null && !visible.has(row)) continue;
      // A deleted row's key is told to everybody who may read the table at all.
      const error = isDeletion && readable.size > 0 ? null : problem;
      views.set(row, await viewRow(database, row, selections, readable, error, maxRowBytes));
    }
  }
  return views;
}

function byRelation(wishes: readonly Wish[]): Map<Relation, Wish[]> {
  const groups = new Map<Relation, Wish[]>();
  for (const wish of wishes) {
    const { relation } = wish.row;
    const group = groups.get(relation);
    if (group === undefined) groups.set(relation, [wish]);
    else group.push(wish);
  }
  return groups;
}

/** Why nothing of a table's rows may be told, in the server's words. */
function problemOf({ isSecured, key }: Relation, readable: ReadonlySet<string>): string | null {
  if (readable.size === 0) return 'Error 401: Unauthorized';
  if (!isSecured) return null;
  if (key.length === 0) return 'Error 400: Bad Request, no primary key';
  return key.every((column) => readable.has(column)) ? null : 'Error 401: Unauthorized';
}

/** The policies decide: does the caller see a row of this key? */
async function visibleRows(
  database: Database,
  claims: Claims,
  { key, name }: Relation,
  wishes: readonly Wish[],
): Promise<Set<ChangedRow>> {
  const candidates = wishes.map(({ row }) => row).filter(({ type }) => type !== 'DELETE');
  if (candidates.length === 0) return new Set();
  const same = key.map((column) => `seen.${quoteIdentifier(column)} = changed.${quoteIdentifier(column)}`);
  const keys = `[${candidates.map((row) => row.key ?? '{}').join(',')}]`;
  const { rows } = await asCaller(database, claims, (session) =>
    session.query(
      `select position
       from jsonb_array_elements($1::jsonb) with ordinality as keys (value, position),
         lateral jsonb_populate_record(null::${name}, keys.value) as changed
       where exists (select from ${name} as seen where ${same.join(' and ')})`,
      [keys],
    ),
  );
  return new Set(rows.flatMap(({ position }) => candidates[Number(position) - 1] ?? []));
}

async function viewRow(
  database: Database,
  row: ChangedRow,
  selections: ReadonlySet<Selection>,
  readable: ReadonlySet<string>,
  error: string | null,
  maxRowBytes: number,
): Promise<Map<Selection, string>> {
  const view = new Map<Selection, string>();
  const isTooLarge = (row.record?.length ?? 0) + (row.oldRecord?.length ?? 0) > maxRowBytes;
  for (const selection of selections) {
    if (error !== null) {
      view.set(selection, refusedJson(row, error));
      continue;
    }
    const wanted = selection === null ? null : (JSON.parse(selection) as string[]);
    const columns = row.relation.columns.filter(
      ({ name }) => readable.has(name) && (wanted === null || wanted.includes(name)),
    );
    const isWhole = columns.length === row.relation.columns.length && !isTooLarge;
    const records = isWhole ? row : await cutRecords(database, row, columns, isTooLarge);
    view.set(selection, dataJson(row, columns, records, isTooLarge));
  }
  return view;
}

/** Leaves the given columns of both records, and of a row that is too large only its small values. */
async function cutRecords(
  database: Database,
  { record, oldRecord }: ChangedRow,
  columns: readonly ColumnType[],
  onlySmall: boolean,
): Promise<Pick<ChangedRow, 'record' | 'oldRecord'>> {
  const small = onlySmall ? ` and octet_length(value::text) <= ${smallValueBytes}` : '';
  const kept = (parameter: number): string =>
    `case when $${parameter}::jsonb is not null then (
       select coalesce(jsonb_object_agg(key, value), '{}')
       from jsonb_each($${parameter}::jsonb)
       where key in (select jsonb_array_elements_text($3::jsonb))${small}
     ) end::text`;
  const parameters: SqlValue[] = [record, oldRecord, JSON.stringify(columns.map(({ name }) => name))];
  const { rows } = await database.query(`select ${kept(1)} as record, ${kept(2)} as old_record`, parameters);
  return { record: rows[0]?.record ?? null, oldRecord: rows[0]?.old_record ?? null };
}

/** Key by key in the order in which the real server writes them, with the spaces of PostgreSQL's own JSON. */
function dataJson(
  { relation, type, committedAt }: ChangedRow,
  columns: readonly ColumnType[],
  { record, oldRecord }: Pick<ChangedRow, 'record' | 'oldRecord'>,
  isTooLarge: boolean,
): string {
  const types = columns.map(
    ({ name, type: typeName }) => `{"name": ${json(name)}, "type": ${json(typeName)}}`,
  );
  return [
    `{"table":${json(relation.table)},"type":"${type}"`,
    record === null ? '' : `,"record":${record}`,
    `,"columns":[${types.join(', ')}],"errors":${isTooLarge ? '["Error 413: Payload Too Large"]' : 'null'}`,
    `,"schema":${json(relation.schema)},"commit_timestamp":"${committedAt}"`,
    oldRecord === null ? '' : `,"old_record":${oldRecord}`,
    '}',
  ].join('');
}

function refusedJson({ relation: { schema, table }, type }: ChangedRow, error: string): string {
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

const json = (text: string): string => JSON.stringify(text);
