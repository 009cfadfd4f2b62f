import { messageOf, StartError } from '../errors.js';
import { isPostgresError, type StatementResult } from './database.js';

const oldestVersion = 15;

/** Refuses what is not a URL of PostgreSQL, without repeating it: it may carry a password. */
export function checkUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^(postgres|postgresql|socket):$/.test(parsed.protocol)) {
    throw new StartError(
      'DATABASE_URL is not a PostgreSQL URL: write it as postgres://user:password@host:5432/database.',
    );
  }
  // A slash, "#" or "?" that belongs to the password would make a host of the text in front of it.
  if (parsed.username === '' && /^[^?]*@/.test(url) && !parsed.searchParams.has('user')) {
    throw new StartError(
      'DATABASE_URL has a character in its user or password that means something else in a URL: write it in percent-encoding, "/" as %2F.',
    );
  }
}

/** Refuses a database that is too old, or a role that may not prepare it. */
export async function checkDatabase(query: (sql: string) => Promise<StatementResult>): Promise<void> {
  const { rows: versions } = await query('show server_version_num');
  const version = Math.floor(Number(versions[0]?.server_version_num) / 10_000);
  if (version < oldestVersion) {
    throw new StartError(
      `The database of DATABASE_URL is PostgreSQL ${version}: it must be ${oldestVersion} or newer.`,
    );
  }
  const { rows } = await query(`
    select
      current_user as role,
      current_database() as database,
      rolsuper as is_superuser,
      rolcreaterole as creates_roles,
      rolbypassrls as bypasses,
      (select count(*) from pg_roles
        where rolname in ('anon', 'authenticated', 'service_role', 'authenticator')) as prepared,
      pg_has_role(current_user, 'pg_database_owner', 'usage') as is_owner
    from pg_roles where rolname = current_user`);
  const facts = rows[0];
  if (facts === undefined || facts.is_superuser === 't') return;
  const lacks: string[] = [];
  if (facts.creates_roles !== 't') lacks.push('may not create or grant roles');
  if (facts.is_owner !== 't') lacks.push(`does not own the database ${facts.database}`);
  if (facts.prepared !== '4') {
    if (version < 16)
      lacks.push('may not create a role that bypasses row level security, as a superuser may');
    else if (facts.bypasses !== 't') lacks.push('may not bypass row level security');
  }
  if (lacks.length === 0) return;
  throw new StartError(
    `The role ${facts.role} of DATABASE_URL ${lacks.join(', ')}: use a superuser, or grant it that.`,
  );
}

/** Names host and port only: the URL may carry a password. */
export function explainUnreachable(cause: unknown, url: string): Error {
  if (cause instanceof StartError) return cause;
  const { host } = new URL(url);
  const place = host === '' ? 'local socket' : host;
  return new StartError(
    `The database of DATABASE_URL (${place}) cannot be reached: ${reasonOf(cause)}. Check that it runs and accepts this user.`,
  );
}

/** Node wraps the refusals of each address in one error that has no message of its own. */
function reasonOf(cause: unknown): string {
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return messageOf(first);
}

/** What the preparation ran into, as a sentence if the role's rights are what is wrong. */
export function explainRefusal(cause: unknown): unknown {
  if (!isPostgresError(cause) || cause.code !== '42501') return cause;
  return new StartError(
    `The role of DATABASE_URL may not prepare this database (${cause.message}): use a superuser, or the role that prepared it first.`,
  );
}
