import { PGlite, type Results, type Transaction } from '@electric-sql/pglite';
import { pgcrypto } from '@electric-sql/pglite/contrib/pgcrypto';
import { messageOf, StartError } from '../errors.js';
import type { Database, Row, Session, SqlValue, StatementResult } from './database.js';

const asText = (value: string): string => value;

/** PostgreSQL inside this process, in memory or in a folder. It has one connection: transactions queue up. */
export async function openPGlite(folder: string | null): Promise<Database> {
  const database = await start(folder);
  useTextValues(database);
  return {
    query: (sql, parameters) => query(database, sql, parameters),
    script: (sql) => script(database, sql),
    transaction: (work, options) =>
      database.transaction(async (transaction) => {
        const result = await work(toSession(transaction));
        if (options?.keep === false) await transaction.rollback();
        return result;
      }),
    listen: async (channel, listener) => {
      await database.listen(channel, listener);
    },
    close: () => database.close(),
  };
}

async function start(folder: string | null): Promise<PGlite> {
  try {
    return await PGlite.create(
      folder === null ? { extensions: { pgcrypto } } : { dataDir: folder, extensions: { pgcrypto } },
    );
  } catch (cause) {
    throw new StartError(
      `The data folder ${folder} cannot be opened: ${messageOf(cause)}. Close whatever uses it, or delete it to start afresh.`,
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
  } catch (cause) {
    // A script that fails inside its own transaction would leave the only connection in it.
    await database.exec('rollback');
    throw cause;
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
