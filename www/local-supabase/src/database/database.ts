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
  /** Calls `listener` for each notification of `channel`, in the order of the commits. */
  listen(channel: string, listener: (payload: string) => void): Promise<void>;
  close(): Promise<void>;
}

/** An error as PostgreSQL reports it. */
export interface PostgresError {
  code: string;
  message: string;
  detail?: string | undefined;
  hint?: string | undefined;
}

export function isPostgresError(cause: unknown): cause is PostgresError {
  return (
    cause instanceof Error &&
    'code' in cause &&
    typeof cause.code === 'string' &&
    /^[0-9A-Z]{5}$/.test(cause.code)
  );
}

/** A name as SQL text. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
