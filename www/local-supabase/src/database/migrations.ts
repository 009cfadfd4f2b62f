import { messageOf, StartError } from '../errors.js';
import { type Database, isPostgresError, type SqlValue } from './database.js';
import type { Migration, Seed } from './sqlFiles.js';
import { endsTransactions } from './statements.js';

/**
 * Applies the migrations that this database does not have yet, each of them whole or not at all, and records them
 * where Supabase's own tool does. `warn` gets a sentence for each that was changed after it had been applied;
 * `signal` stops between two of them.
 */
export async function applyMigrations(
  database: Database,
  migrations: readonly Migration[],
  warn: (sentence: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const applied = await readApplied(database);
  for (const migration of migrations) {
    signal?.throwIfAborted();
    const { file, version, name, sql } = migration;
    const before = applied.get(version);
    if (before === undefined) {
      const record = `insert into supabase_migrations.schema_migrations (version, name, statements)
        values (${literal(version)}, ${literal(name)}, array[${literal(sql)}])`;
      const isThere = `select from supabase_migrations.schema_migrations where version = ${literal(version)}`;
      await run(database, `The migration ${file}`, sql, { record, isThere });
    } else if (before !== null && before !== sql) {
      warn(
        `The migration ${file} was changed after it had been applied: what it says now is not in this database.`,
      );
    }
  }
}

/** Each version's text; `null` where another tool applied it, which keeps single statements. */
async function readApplied(database: Database): Promise<Map<SqlValue, SqlValue>> {
  const { rows } = await database.query(
    `select version, case when cardinality(statements) = 1 then statements[1] end as sql
     from supabase_migrations.schema_migrations`,
  );
  return new Map(rows.map(({ version, sql }) => [version ?? null, sql ?? null]));
}

/** Runs the seed, all of it or nothing, in a database that has not had one. */
export async function applySeed(database: Database, { file, sql }: Seed): Promise<void> {
  const isThere = "select from auth.local_settings where name = 'seeded_from'";
  if ((await database.query(isThere)).rows.length > 0) return;
  const record = `insert into auth.local_settings (name, value) values ('seeded_from', ${literal(file)})`;
  await run(database, `The seed ${file}`, sql, { record, isThere });
}

/** How it is written down that a file has been applied, and how that is read. */
interface Memory {
  record: string;
  isThere: string;
}

/** The text and its record, in one transaction. */
async function run(
  database: Database,
  what: string,
  sql: string,
  { record, isThere }: Memory,
): Promise<void> {
  try {
    await database.script(`${sql}\n;reset role;${record}`);
  } catch (cause) {
    throw new StartError(explain(what, sql, cause));
  }
  // The record is lost with a transaction that nobody ends, and the file would be applied at every start.
  if ((await database.query(isThere)).rows.length > 0) return;
  throw new StartError(`${what} leaves its transaction open: end it with commit, or leave out its begin.`);
}

const activeTransaction = '25001';

function explain(what: string, sql: string, cause: unknown): string {
  const message = messageOf(cause);
  if (!isPostgresError(cause)) return `${what} failed: ${message}.`;
  if (cause.code === activeTransaction) {
    return `${what} cannot be applied: ${message}, and each file is applied in one; take that statement out, or write it without CONCURRENTLY.`;
  }
  const place = placeOf(sql, cause.position);
  // A file that commits by itself has perhaps kept a part of what it did.
  const end = endsTransactions(sql) ? '' : ' and was rolled back';
  return `${what} failed${end === '' ? place.replace(/,$/, '') : place}${end}: ${message}.`;
}

/** PostgreSQL counts characters, not the halves that JavaScript makes of some. */
function placeOf(sql: string, position: string | undefined): string {
  if (position === undefined) return '';
  const before = [...sql].slice(0, Number(position) - 1);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.filter((character) => character === '\n').length + 1;
  return ` at line ${line}, column ${before.length - lineStart + 1},`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
