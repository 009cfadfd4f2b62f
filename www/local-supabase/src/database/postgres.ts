import pg from 'pg';
import { messageOf } from '../errors.js';
import {
  ConnectionError,
  type Database,
  isPostgresError,
  leaveNoSettings,
  type Row,
  type Session,
  type SqlValue,
  type StatementResult,
  searchPath,
} from './database.js';
import { NotificationListener } from './notifications.js';
import { checkDatabase, checkUrl, explainUnreachable } from './postgresChecks.js';
import { refuseCopyFromClient } from './statements.js';

const textTypes = { getTypeParser: () => (value: string) => value };

/** What the pool says to those who wait in its queue for as long as a connection may take. */
const waitedTooLong = 'timeout exceeded when trying to connect';

/** As many as PostgREST has on a small project; further requests wait for their turn. */
const mostConnections = 8;

/** Any PostgreSQL 15 or newer, by its URL. */
export async function openPostgres(url: string): Promise<Database> {
  checkUrl(url);
  const connection: pg.ClientConfig = {
    ...withOptions(url),
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  };
  const pool = new pg.Pool({ ...connection, application_name: 'local-supabase', max: mostConnections });
  // Without these listeners, a connection that breaks would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  try {
    await checkDatabase((sql) => withClient(pool, (client) => query(client, sql)));
  } catch (cause) {
    await pool.end();
    throw explainUnreachable(cause, url);
  }
  const listener = new NotificationListener({ ...connection, application_name: 'local-supabase listener' });
  return {
    query: (sql, parameters) => withClient(pool, (client) => query(client, sql, parameters)),
    script: (sql) => withClient(pool, (client) => script(client, sql)),
    transaction: (work, options) =>
      withClient(pool, (client) => transaction(client, work, options?.keep ?? true)),
    exclusively: (work) => withClient(pool, (client) => exclusively(client, work)),
    listen: (channel, onPayload, recall) => listener.listen(channel, onPayload, recall ?? null),
    // A server does that by itself.
    tidyUp: async () => {},
    async close() {
      await listener.close();
      await pool.end();
    },
  };
}

/** The driver takes the URL's options instead of those beside it: ours go last there, where they win. */
function withOptions(url: string): { connectionString: string; options: string } {
  const own = `-c search_path=${searchPath} -c timezone=UTC`;
  const parsed = new URL(url);
  const given = parsed.searchParams.get('options');
  if (given === null) return { connectionString: url, options: own };
  parsed.searchParams.delete('options');
  return { connectionString: parsed.href, options: `${given} ${own}` };
}

/** Connections on which something else went wrong than a statement: nobody can tell what state they are in. */
const broken = new WeakSet<pg.PoolClient>();

async function withClient<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect().catch((cause: unknown) => {
    if (isPostgresError(cause)) throw cause;
    throw new ConnectionError(messageOf(cause) === waitedTooLong, cause);
  });
  try {
    return await work(client);
  } finally {
    client.release(broken.has(client));
  }
}

/** What the driver reports in its own name is a connection that broke under the statement. */
async function ask<Result>(client: pg.PoolClient, statement: () => Promise<Result>): Promise<Result> {
  try {
    return await statement();
  } catch (cause) {
    if (!isPostgresError(cause)) {
      broken.add(client);
      throw new ConnectionError(false, cause);
    }
    // What the server says itself, of class 57P, is its goodbye.
    if (cause.code.startsWith('57P')) broken.add(client);
    throw cause;
  }
}

async function script(client: pg.PoolClient, sql: string): Promise<StatementResult[]> {
  refuseCopyFromClient(sql);
  try {
    // The driver answers an array for several statements, which its types leave out.
    const results: unknown = await ask(client, () => client.query({ text: sql, types: textTypes }));
    return (Array.isArray(results) ? results : [results]).map(toResult);
  } finally {
    // A script that fails inside its own transaction, or forgets it, would leave the connection in it.
    await tidyUp(client);
  }
}

async function transaction<Result>(
  client: pg.PoolClient,
  work: (session: Session) => Promise<Result>,
  keep: boolean,
): Promise<Result> {
  await ask(client, () => client.query('begin'));
  try {
    const result = await work({ query: (sql, parameters) => query(client, sql, parameters) });
    // A function that is called may set what holds for the session; what is rolled back takes its settings along.
    await ask(client, () => client.query(keep ? `commit; ${leaveNoSettings}` : 'rollback'));
    return result;
  } catch (cause) {
    await tidyUp(client);
    throw cause;
  }
}

/** A connection that cannot be brought back to how it was is thrown away. */
async function tidyUp(client: pg.PoolClient): Promise<void> {
  if (broken.has(client)) return;
  await client.query(`rollback; ${leaveNoSettings}`).catch(() => broken.add(client));
}

/** The lock is of this connection, so it ends with the process at the latest. */
async function exclusively<Result>(client: pg.PoolClient, work: () => Promise<Result>): Promise<Result> {
  const key = "hashtextextended('local-supabase', 0)";
  await ask(client, () => client.query(`select pg_advisory_lock(${key})`));
  try {
    return await work();
  } finally {
    // Where that fails, the connection ends, and with it the lock.
    await client.query(`select pg_advisory_unlock(${key})`).catch(() => broken.add(client));
  }
}

async function query(
  client: pg.PoolClient,
  sql: string,
  parameters: readonly SqlValue[] = [],
): Promise<StatementResult> {
  const config = { text: sql, values: [...parameters], types: textTypes };
  return toResult(await ask(client, () => client.query<Row>(config)));
}

function toResult(result: pg.QueryResult<Row>): StatementResult {
  return {
    columns: result.fields.map((field) => ({ name: field.name, type: field.dataTypeID })),
    rows: result.rows,
    affected: result.rowCount ?? 0,
  };
}
