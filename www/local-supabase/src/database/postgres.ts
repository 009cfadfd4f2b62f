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

const textTypes = { getTypeParser: () => (value: string) => value };

/** What the pool says to those who wait in its queue for as long as a connection may take. */
const waitedTooLong = 'timeout exceeded when trying to connect';

/** As many as PostgREST has on a small project; further requests wait for their turn. */
const mostConnections = 8;

/** Any PostgreSQL 15 or newer, by its URL. */
export async function openPostgres(url: string): Promise<Database> {
  checkUrl(url);
  const connection: pg.ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    options: `-c search_path=${searchPath} -c timezone=UTC`,
  };
  const pool = new pg.Pool({ ...connection, application_name: 'local-supabase', max: mostConnections });
  // Without these listeners, a connection that breaks would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  try {
    await checkDatabase((sql) => query(pool, sql));
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

/** A connection that fails for another reason than its statement is thrown away. */
async function withClient<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect().catch((cause: unknown) => {
    if (isPostgresError(cause)) throw cause;
    throw new ConnectionError(messageOf(cause) === waitedTooLong, cause);
  });
  let broken = false;
  try {
    return await work(client);
  } catch (cause) {
    // What the server says itself, of class 57P, is its goodbye.
    broken = !isPostgresError(cause) || cause.code.startsWith('57P');
    throw cause;
  } finally {
    client.release(broken);
  }
}

async function script(client: pg.PoolClient, sql: string): Promise<StatementResult[]> {
  // A script that fails inside its own transaction would leave the connection in it.
  const tidyUp = () => client.query(`rollback; ${leaveNoSettings}`);
  try {
    // The driver answers an array for several statements, which its types leave out.
    const results: unknown = await client.query({ text: sql, types: textTypes });
    await tidyUp();
    return (Array.isArray(results) ? results : [results]).map(toResult);
  } catch (cause) {
    await tidyUp().catch(() => {});
    throw cause;
  }
}

async function transaction<Result>(
  client: pg.PoolClient,
  work: (session: Session) => Promise<Result>,
  keep: boolean,
): Promise<Result> {
  await client.query('begin');
  try {
    const result = await work({ query: (sql, parameters) => query(client, sql, parameters) });
    await client.query(keep ? 'commit' : 'rollback');
    return result;
  } catch (cause) {
    await client.query('rollback').catch(() => {});
    throw cause;
  }
}

/** The lock is of this connection, so it ends with the process at the latest. */
async function exclusively<Result>(client: pg.PoolClient, work: () => Promise<Result>): Promise<Result> {
  const key = "hashtextextended('local-supabase', 0)";
  await client.query(`select pg_advisory_lock(${key})`);
  try {
    return await work();
  } finally {
    await client.query(`select pg_advisory_unlock(${key})`);
  }
}

async function query(
  session: Pick<pg.ClientBase, 'query'>,
  sql: string,
  parameters: readonly SqlValue[] = [],
): Promise<StatementResult> {
  return toResult(await session.query<Row>({ text: sql, values: [...parameters], types: textTypes }));
}

function toResult(result: pg.QueryResult<Row>): StatementResult {
  return {
    columns: result.fields.map((field) => ({ name: field.name, type: field.dataTypeID })),
    rows: result.rows,
    affected: result.rowCount ?? 0,
  };
}
