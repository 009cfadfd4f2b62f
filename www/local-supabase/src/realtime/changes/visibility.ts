import { asCaller, type Claims } from '../../database/caller.js';
import { type Database, isConnectionLoss, quoteIdentifier } from '../../database/database.js';
import { messageOf } from '../../errors.js';
import { type ChangedRow, type ColumnType, type Relation, recordSql } from './changedRows.js';

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
    const isGuarded = problem === null && relation.isSecured;
    const visible = isGuarded ? await visibleRows(database, claims, relation, own) : null;
    const cuts = new Cuts(relation, readable, maxRowBytes);
    for (const { row, selections } of own) {
      const isDeletion = row.type === 'DELETE';
      if (!isDeletion && visible !== null && !visible.has(row)) continue;
      const view = new Map<Selection, string>();
      views.set(row, view);
      for (const selection of selections) {
        // A deleted row's key is told to everybody, as far as they may read its columns, and never refused.
        if (problem === null || isDeletion) cuts.add(row, selection, view);
        else view.set(selection, refusedJson(row, problem));
      }
    }
    await cuts.make(database);
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

/** Why nothing of a table's rows may be told, in the server's words; policies or none. */
function problemOf({ key }: Relation, readable: ReadonlySet<string>): string | null {
  if (key.length === 0) return 'Error 400: Bad Request, no primary key';
  return key.every((column) => readable.has(column)) ? null : 'Error 401: Unauthorized';
}

/** The policies decide: does the caller see a row of this key? One whose policies fail sees none. */
async function visibleRows(
  database: Database,
  claims: Claims,
  relation: Relation,
  wishes: readonly Wish[],
): Promise<Set<ChangedRow>> {
  const candidates = wishes.map(({ row }) => row).filter(({ type }) => type !== 'DELETE');
  if (candidates.length === 0) return new Set();
  const same = relation.key.map(
    (column) => `seen.${quoteIdentifier(column)} = changed.${quoteIdentifier(column)}`,
  );
  const keys = `[${candidates.map((row) => row.key ?? '{}').join(',')}]`;
  try {
    const { rows } = await asCaller(database, claims, (session) =>
      session.query(
        `select position
         from jsonb_array_elements($1::jsonb) with ordinality as keys (value, position),
           lateral jsonb_to_record(keys.value) as ${recordSql('changed', relation, new Set(relation.key))}
         where exists (select from ${relation.name} as seen where ${same.join(' and ')})`,
        [keys],
      ),
    );
    return new Set(rows.flatMap(({ position }) => candidates[Number(position) - 1] ?? []));
  } catch (cause) {
    if (isConnectionLoss(cause)) throw cause;
    process.stderr.write(`local-supabase: realtime: a policy on ${relation.name}: ${messageOf(cause)}\n`);
    return new Set();
  }
}

interface Cut {
  columns: readonly ColumnType[];
  onlySmall: boolean;
  pieces: { row: ChangedRow; selection: Selection; view: Map<Selection, string> }[];
}

/** Rows of one table that are to be told with some of their columns, cut by one statement for each choice of them. */
class Cuts {
  readonly #relation: Relation;
  readonly #readable: ReadonlySet<string>;
  readonly #maxRowBytes: number;
  readonly #cuts = new Map<string, Cut>();

  constructor(relation: Relation, readable: ReadonlySet<string>, maxRowBytes: number) {
    this.#relation = relation;
    this.#readable = readable;
    this.#maxRowBytes = maxRowBytes;
  }

  /** A row that is told whole is written into its view at once. */
  add(row: ChangedRow, selection: Selection, view: Map<Selection, string>): void {
    const onlySmall = byteLength(row.record) + byteLength(row.oldRecord) > this.#maxRowBytes;
    const columns = this.#columns(selection);
    if (!onlySmall && columns.length === this.#relation.columns.length) {
      view.set(selection, dataJson(row, columns, row, false));
      return;
    }
    const key = `${onlySmall}:${selection}`;
    const cut = this.#cuts.get(key) ?? { columns, onlySmall, pieces: [] };
    cut.pieces.push({ row, selection, view });
    this.#cuts.set(key, cut);
  }

  async make(database: Database): Promise<void> {
    for (const { columns, onlySmall, pieces } of this.#cuts.values()) {
      const records = await cutRecords(database, pieces, columns, onlySmall);
      for (const [index, { row, selection, view }] of pieces.entries()) {
        const cut = records[index];
        if (cut !== undefined) view.set(selection, dataJson(row, columns, cut, onlySmall));
      }
    }
  }

  /** The primary key is always told. */
  #columns(selection: Selection): ColumnType[] {
    const wanted = selection === null ? null : new Set(JSON.parse(selection) as string[]);
    const { columns, key } = this.#relation;
    return columns.filter(
      ({ name }) => this.#readable.has(name) && (wanted === null || wanted.has(name) || key.includes(name)),
    );
  }
}

type Records = Pick<ChangedRow, 'record' | 'oldRecord'>;

/** Leaves the given columns of both records and, if asked, only their small values. */
async function cutRecords(
  database: Database,
  pieces: readonly { row: ChangedRow }[],
  columns: readonly ColumnType[],
  onlySmall: boolean,
): Promise<Records[]> {
  const small = onlySmall ? ` and octet_length(value::text) <= ${smallValueBytes}` : '';
  const kept = (name: string): string =>
    `case when jsonb_typeof(pair -> '${name}') = 'object' then (
       select coalesce(jsonb_object_agg(key, value), '{}')
       from jsonb_each(pair -> '${name}')
       where key in (select jsonb_array_elements_text($2::jsonb))${small}
     ) end::text`;
  const pairs = pieces.map(({ row }) => `{"record":${row.record},"old":${row.oldRecord}}`);
  const { rows } = await database.query(
    `select ${kept('record')} as record, ${kept('old')} as old_record
     from jsonb_array_elements($1::jsonb) with ordinality as pairs (pair, position) order by position`,
    [`[${pairs.join(',')}]`, JSON.stringify(columns.map(({ name }) => name))],
  );
  return rows.map((row) => ({ record: row.record ?? null, oldRecord: row.old_record ?? null }));
}

const byteLength = (text: string | null): number => (text === null ? 0 : Buffer.byteLength(text));

/** Key by key in the order in which the real server writes them, with the spaces of PostgreSQL's own JSON. */
function dataJson(
  { relation, type, committedAt }: ChangedRow,
  columns: readonly ColumnType[],
  { record, oldRecord }: Records,
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
