import { PGlite, type Results, type Transaction } from '@electric-sql/pglite';
import { pgcrypto } from '@electric-sql/pglite/contrib/pgcrypto';
import { StartError } from '../errors.js';
import {
  type Database,
  type Row,
  type Session,
  type SqlValue,
  type StatementResult,
  searchPath,
} from './database.js';
import { type DataFolder, openDataFolder } from './dataFolder.js';
import { refuseCopyFromClient } from './statements.js';

/** A database that can be written out whole, as a compressed archive. */
export interface PGliteDatabase extends Database {
  dump(): Promise<Buffer>;
}

/**
 * PGlite's session has no authorization that `reset` could go back to, and none that the end of a transaction could:
 * it would stay what a caller's transaction made of it. By its name it is set, at the start too.
 */
const leaveNoSettings = 'set session authorization postgres; reset role; reset all';

const tidyEveryMs = 30_000;

const asText = (value: string): string => value;

/**
 * PostgreSQL inside this process, in memory or in a folder. It has one connection: transactions queue up. A new
 * database starts from the snapshot, which is only read then, or is made from nothing without one.
 */
export async function openPGlite(
  path: string | null,
  readSnapshot: () => Promise<Blob | null>,
): Promise<PGliteDatabase> {
  const folder = path === null ? null : await openDataFolder(path);
  const database = await start(folder, readSnapshot);
  useTextValues(database);
  // What a script leaves behind is tidied up before anything else has the connection.
  let scripts: Promise<unknown> = Promise.resolve();
  // A server has processes for both. Without a checkpoint the log of all writes grows for ever, in memory too.
  const tidyUp = async (): Promise<void> => {
    await database.exec('vacuum');
    await database.exec('checkpoint');
  };
  let isUsed = false;
  const tidying = setInterval(() => {
    if (isUsed) tidyUp().catch(() => {});
    isUsed = false;
  }, tidyEveryMs).unref();
  return {
    async query(sql, parameters) {
      isUsed = true;
      await scripts;
      return query(database, sql, parameters);
    },
    script(sql) {
      isUsed = true;
      const result = scripts.then(() => script(database, sql));
      scripts = result.catch(() => {});
      return result;
    },
    async transaction(work, options) {
      isUsed = true;
      await scripts;
      return database.transaction(async (transaction) => {
        const result = await work(toSession(transaction));
        if (options?.keep === false) await transaction.rollback();
        // A function that is called may set what holds for the session. Here, because nobody else comes in between;
        // PGlite's own commit finds nothing left to do.
        else await transaction.exec(`commit; ${leaveNoSettings}`);
        return result;
      });
    },
    // Nobody else can reach this database.
    exclusively: (work) => work(),
    listen: async (channel, listener) => {
      await database.listen(channel, listener);
    },
    tidyUp,
    close: async () => {
      clearInterval(tidying);
      await database.close();
      await folder?.release();
    },
    async dump() {
      await database.exec('checkpoint');
      const archive = await database.dumpDataDir('gzip');
      return Buffer.from(await archive.arrayBuffer());
    },
  };
}

async function start(folder: DataFolder | null, readSnapshot: () => Promise<Blob | null>): Promise<PGlite> {
  try {
    // Tens of megabytes, which a folder with a database in it has no use for.
    const snapshot = folder === null || folder.isNew ? await readSnapshot() : null;
    const database = await PGlite.create({
      extensions: { pgcrypto },
      startParams: PGlite.defaultStartParams.map((parameter) =>
        parameter.startsWith('search_path=') ? `search_path=${searchPath}` : parameter,
      ),
      ...(folder === null ? {} : { dataDir: folder.path }),
      ...(snapshot !== null ? { loadDataDir: snapshot } : {}),
    });
    await database.exec(leaveNoSettings);
    await folder?.finish();
    return database;
  } catch (cause) {
    await folder?.release();
    if (folder === null) throw cause;
    throw new StartError(
      `The database in ${folder.path} cannot be opened: ${reasonOf(cause)}. Name another folder with --data-dir to start afresh.`,
    );
  }
}

/** Of what is thrown inside the WebAssembly, some has a number instead of a sentence, or nothing at all. */
function reasonOf(cause: unknown): string {
  const { message, errno } = (cause ?? {}) as { message?: unknown; errno?: unknown };
  if (typeof message === 'string' && message !== '' && !message.startsWith('Aborted(')) return message;
  return typeof errno === 'number' ? `it is damaged (error ${errno})` : 'it is damaged';
}

/** PGlite keeps its converters in two open tables; replacing their entries is its documented way to opt out. */
function useTextValues(database: PGlite): void {
  for (const type of Object.keys(database.parsers)) database.parsers[type] = asText;
  for (const type of Object.keys(database.serializers)) database.serializers[type] = asText;
}

async function script(database: PGlite, sql: string): Promise<StatementResult[]> {
  refuseCopyFromClient(sql);
  try {
    return (await database.exec(sql)).map(toResult);
  } finally {
    // A script that fails inside its own transaction would leave the only connection in it.
    if (database.isInTransaction()) await database.exec('rollback');
    await database.exec(leaveNoSettings);
  }
}

function toSession(transaction: Transaction): Session {
  return { query: (sql, parameters) => query(transaction, sql, parameters) };
}

async function query(
  session: Pick<PGlite, 'query'>,
  sql: string,
  parameters: readonly SqlValue[] = [],
): Promise<StatementResult> {
  return toResult(await session.query<Row>(sql, [...parameters]));
}

function toResult(result: Results<Row>): StatementResult {
  return {
    columns: result.fields.map((field) => ({ name: field.name, type: field.dataTypeID })),
    rows: result.rows,
    affected: result.affectedRows ?? 0,
  };
}
