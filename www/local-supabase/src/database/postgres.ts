import pg from 'pg';
import { messageOf, StartError } from '../errors.js';
import type { Database, Row, Session, SqlValue, StatementResult } from './database.js';

const textTypes = { getTypeParser: () => (value: string) => value };

/** Any PostgreSQL 15 or newer, by its URL. The role must be allowed to create roles and to set them. */
export async function openPostgres(url: string): Promise<Database> {
  const pool = createPool(url);
  // A pool without this listener would end the process when an idle connection breaks.
  pool.on('error', () => {});
  await checkConnection(pool, url);
  const listener = new NotificationListener(url);
  return {
    query: (sql, parameters) => query(pool, sql, parameters),
    script: (sql) => script(pool, sql),
    transaction: (work, options) => transaction(pool, work, options?.keep ?? true),
    listen: (channel, onPayload) => listener.listen(channel, onPayload),
    close: async () => {
      await listener.close();
      await pool.end();
    },
  };
}

function createPool(url: string): pg.Pool {
  try {
    return new pg.Pool({ connectionString: url, max: 8, connectionTimeoutMillis: 10_000 });
  } catch (cause) {
    throw new StartError(
      `DATABASE_URL is not a PostgreSQL URL: ${messageOf(cause)}. Write it as postgres://user@host:5432/database.`,
    );
  }
}

/** Names host and port only: the URL may carry a password. */
async function checkConnection(pool: pg.Pool, url: string): Promise<void> {
  try {
    await pool.query('select 1');
  } catch (cause) {
    await pool.end();
    throw new StartError(
      `The database of DATABASE_URL (${placeOf(url)}) cannot be reached: ${reasonOf(cause)}. Check that it runs and accepts this user.`,
    );
  }
}

function placeOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host || 'local socket' : 'not a URL';
}

/** Node wraps the refusals of each address in one error that has no message of its own. */
function reasonOf(cause: unknown): string {
  return cause instanceof AggregateError ? messageOf(cause.errors[0]) : messageOf(cause);
}

async function script(pool: pg.Pool, sql: string): Promise<StatementResult[]> {
  const client = await pool.connect();
  // A script that fails inside its own transaction leaves the connection in it: such a connection is thrown away.
  let failed = true;
  try {
    // The driver answers an array for several statements, which its types leave out.
    const results: unknown = await client.query({ text: sql, types: textTypes });
    failed = false;
    return (Array.isArray(results) ? results : [results]).map(toResult);
  } finally {
    client.release(failed);
  }
}

async function transaction<Result>(
  pool: pg.Pool,
  work: (session: Session) => Promise<Result>,
  keep: boolean,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work({ query: (sql, parameters) => query(client, sql, parameters) });
    await client.query(keep ? 'commit' : 'rollback');
    return result;
  } catch (cause) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw cause;
  } finally {
    client.release(broken);
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

/** The one connection that notifications come on; it is opened again when it breaks. */
class NotificationListener {
  readonly #url: string;
  readonly #listeners = new Map<string, (payload: string) => void>();
  #client: pg.Client | null = null;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(url: string) {
    this.#url = url;
  }

  async listen(channel: string, listener: (payload: string) => void): Promise<void> {
    this.#listeners.set(channel, listener);
    if (this.#client === null) await this.#connect();
    else await this.#client.query(`listen ${pg.escapeIdentifier(channel)}`);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    await this.#client?.end();
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url });
    client.on('notification', ({ channel, payload }) => this.#listeners.get(channel)?.(payload ?? ''));
    client.on('error', () => {});
    client.on('end', () => {
      if (this.#client === client) this.#reconnectLater();
    });
    await client.connect();
    for (const channel of this.#listeners.keys())
      await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    this.#client = client;
  }

  #reconnectLater(): void {
    this.#client = null;
    if (this.#closed) return;
    this.#retry = setTimeout(() => {
      this.#connect().catch(() => this.#reconnectLater());
    }, 1_000);
  }
}
