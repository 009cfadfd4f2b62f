import type { Database, Session } from './database.js';

/** The claims of a verified token. */
export interface Claims {
  role: string;
  sub?: string;
  email?: string;
  exp?: number;
  [claim: string]: unknown;
}

/** The roles a token may name. Anything else, the owner above all, is refused. */
const callerRoles: ReadonlySet<string> = new Set(['anon', 'authenticated', 'service_role']);

export function isCallerRole(role: unknown): role is string {
  return typeof role === 'string' && callerRoles.has(role);
}

/** Whoever may become anybody must not be the one whose session it is: a function of the caller could go back to it. */
const asAuthenticator = `case when current_setting('is_superuser') = 'on'
  then set_config('session_authorization', 'authenticator', true) end`;

/**
 * Makes the rest of a transaction run as the caller: the role's grants and the policies decide from here on. Where
 * the owner is a superuser the session is the authenticator's, as in a project: only its three roles can be taken.
 * `settings` are further transaction-local settings, `request.method` for example.
 */
export async function becomeCaller(
  session: Session,
  claims: Claims,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  if (!isCallerRole(claims.role)) throw new Error(`A token may not name the role ${claims.role}`);
  const all = { ...settings, 'request.jwt.claims': JSON.stringify(claims), role: claims.role };
  const calls = Object.keys(all).map((_, index) => `set_config($${index * 2 + 1}, $${index * 2 + 2}, true)`);
  await session.query(`select ${[asAuthenticator, ...calls].join(', ')}`, Object.entries(all).flat());
}

/** One transaction as the caller. */
export function asCaller<Result>(
  database: Database,
  claims: Claims,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  return database.transaction(async (session) => {
    await becomeCaller(session, claims);
    return work(session);
  });
}
