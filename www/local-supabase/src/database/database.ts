/** Values travel as PostgreSQL's own text, so that no driver's conversion loses a digit. */
export type SqlValue = string | null;
export type Row = Record<string, SqlValue>;

export interface Column {
  name: string;
  /** The OID of its type. */
  type: number;
}

export interface StatementResult {
  columns: Column[];
  rows: Row[];
  affected: number;
}

/** Where one statement runs: a transaction, or the database itself. */
export interface Session {
  query(sql: string, parameters?: readonly SqlValue[]): Promise<StatementResult>;
}

export interface Database extends Session {
  /** Runs `work` in a transaction. It is rolled back if `work` throws, and with `keep: false` in any case. */
  transaction<Result>(
    work: (session: Session) => Promise<Result>,
    options?: { keep?: boolean },
  ): Promise<Result>;
  /** Runs several statements, separated by semicolons, as the owner: all of them or, at an error, none. */
  script(sql: string): Promise<StatementResult[]>;
  /** Runs `work` while no other backend of this database runs any: what two starts must not do at once. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
  /**
   * Calls `listener` for each notification of `channel`, in the order of the commits. `recall` finds again what
   * was announced while the connection was broken; without it, that is lost.
   */
  listen(channel: string, listener: (payload: string) => void, recall?: Recall): Promise<void>;
  /** Gives back the room that deleted rows leave, where nobody else does. */
  tidyUp(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A query, with a column `payload`, for what was announced and is not taken yet. It may be heard a second time then:
 * whoever listens takes it from a table, which can be done once.
 */
export type Recall = string;

/** Names without a schema mean what they mean in a Supabase project. */
export const searchPath = '"$user",public,extensions';

/** What a script set, a dump its empty search path for example, must not hold for whoever has the connection next. */
export const leaveNoSettings = 'reset session authorization; reset role; reset all';

/** An error as PostgreSQL reports it. */
export interface PostgresError {
  code: string;
  message: string;
  detail?: string | undefined;
  hint?: string | undefined;
  /** Where in the statement, in characters from 1. */
  position?: string | undefined;
}

/** There is no connection to work on: all are busy for too long, or the database cannot be reached. */
export class ConnectionError extends Error implements PostgresError {
  override readonly name = 'ConnectionError';
  /** PostgreSQL's own codes for the same: too many connections, connection failure. */
  readonly code: '53300' | '08006';
  readonly allBusy: boolean;

  constructor(allBusy: boolean, cause: unknown) {
    // PostgREST's words.
    const message = allBusy
      ? 'Timed out acquiring connection from connection pool.'
      : 'Database connection lost. Retrying the connection.';
    super(message, { cause });
    this.code = allBusy ? '53300' : '08006';
    this.allBusy = allBusy;
  }
}

export function isPostgresError(cause: unknown): cause is PostgresError {
  // Node's own errors have codes too, some of five letters.
  return (
    cause instanceof ConnectionError || (cause instanceof Error && 'severity' in cause && 'code' in cause)
  );
}

/** Whether the same may work in a moment: nobody was asked, or whoever was asked is gone. */
export function isConnectionLoss(cause: unknown): boolean {
  return cause instanceof ConnectionError || (isPostgresError(cause) && /^(08|53|57P)/.test(cause.code));
}

/** A name as SQL text. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
