import { PGlite, type Results, type Transaction } from '@electric-sql/pglite';
import { pgcrypto } from '@electric-sql/pglite/contrib/pgcrypto';
import { messageOf, StartError } from '../errors.js';
import {
  type Database,
  leaveNoSettings,
  type Row,
  type Session,
  type SqlValue,
  type StatementResult,
  searchPath,
} from './database.js';
import { type DataFolder, openDataFolder } from './dataFolder.js';

/** A database that can be written out whole, as a compressed archive. */
export interface PGliteDatabase extends Database {
  dump(): Promise<Buffer>;
}

const asText = (value: string): string => value;

/**
 * PostgreSQL inside this process, in memory or in a folder. It has one connection: transactions queue up. A new
 * database starts from the snapshot, or is made from nothing without one.
 */
export async function openPGlite(path: string | null, snapshot: Blob | null): Promise<PGliteDatabase> {
  const folder = path === null ? null : await openDataFolder(path);
  const database = await start(folder, snapshot);
  useTextValues(database);
  // What a script leaves behind is tidied up before anything else has the connection.
  let scripts: Promise<unknown> = Promise.resolve();
  return {
    async query(sql, parameters) {
      await scripts;
      return query(database, sql, parameters);
    },
    script(sql) {
      const result = scripts.then(() => script(database, sql));
      scripts = result.catch(() => {});
      return result;
    },
    async transaction(work, options) {
      await scripts;
      return database.transaction(async (transaction) => {
        const result = await work(toSession(transaction));
        if (options?.keep === false) await transaction.rollback();
        return result;
      });
    },
    // Nobody else can reach this database.
    exclusively: (work) => work(),
    listen: async (channel, listener) => {
      await database.listen(channel, listener);
    },
    tidyUp: async () => {
      await database.exec('vacuum');
    },
    close: async () => {
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

async function start(folder: DataFolder | null, snapshot: Blob | null): Promise<PGlite> {
  try {
    const isNew = folder === null || folder.isNew;
    const database = await PGlite.create({
      extensions: { pgcrypto },
      startParams: PGlite.defaultStartParams.map((parameter) =>
        parameter.startsWith('search_path=') ? `search_path=${searchPath}` : parameter,
      ),
      ...(folder === null ? {} : { dataDir: folder.path }),
      ...(isNew && snapshot !== null ? { loadDataDir: snapshot } : {}),
    });
    await folder?.finish();
    return database;
  } catch (cause) {
    await folder?.release();
    if (folder === null) throw cause;
    throw new StartError(
      `The database in ${folder.path} cannot be opened: ${messageOf(cause)}. Delete the folder to start afresh.`,
    );
  }
}

/** PGlite keeps its converters in two open tables; replacing their entries is its documented way to opt out. */
function useTextValues(database: PGlite): void {
  for (const type of Object.keys(database.parsers)) database.parsers[type] = asText;
  for (const type of Object.keys(database.serializers)) database.serializers[type] = asText;
}

async function script(database: PGlite, sql: string): Promise<StatementResult[]> {
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
