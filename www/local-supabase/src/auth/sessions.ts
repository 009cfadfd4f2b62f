import { randomBytes } from 'node:crypto';
import type { Database, Session } from '../database/database.js';

/** What a refresh token stands for. */
export interface SessionGrant {
  sessionId: string;
  userId: string;
  refreshToken: string;
}

/** Why a refresh token is refused. */
export type RefreshProblem = 'unknown' | 'reused' | 'banned';

/** A token that was just used may be sent again for so long: two tabs, or a reply that got lost. */
const reuseInterval = '10 seconds';

const newToken = (): string => randomBytes(12).toString('base64url');

export function openSession(database: Database, userId: string): Promise<SessionGrant> {
  return database.transaction(async (session) => {
    const { rows } = await session.query('insert into auth.sessions (user_id) values ($1) returning id', [
      userId,
    ]);
    const sessionId = rows[0]?.id ?? '';
    return { sessionId, userId, refreshToken: await addToken(session, userId, sessionId, null) };
  });
}

/**
 * Exchanges a refresh token for a new one. A used one gives the session's current token just after its use, and, as long
 * as that has not been used itself, at any time: whoever asks has never got the answer. Any other use ends the whole
 * session; a banned user's stays as it is, for the end of the ban.
 */
export function refreshSession(database: Database, token: string): Promise<SessionGrant | RefreshProblem> {
  return database.transaction(async (session) => {
    const owner = await session.query(
      'select user_id, session_id from auth.refresh_tokens where token = $1',
      [token],
    );
    const { user_id: userId, session_id: sessionId } = owner.rows[0] ?? {};
    if (!userId || !sessionId) return 'unknown';
    // From the user down, as whoever ends a session or removes a user goes: the other way round, the two would wait
    // for each other.
    const users = await session.query(
      'select banned_until > now() as is_banned from auth.users where id = $1 for key share',
      [userId],
    );
    if (users.rows[0]?.is_banned === 't') return 'banned';
    await session.query('select from auth.sessions where id = $1 for update', [sessionId]);
    const { rows } = await session.query(
      `select revoked, updated_at > now() - interval '${reuseInterval}' as is_recent
       from auth.refresh_tokens where token = $1 for update`,
      [token],
    );
    const found = rows[0];
    if (found === undefined) return 'unknown';
    if (found.revoked === 't') {
      const current = await currentToken(session, sessionId);
      if (current !== null && (found.is_recent === 't' || current.parent === token)) {
        return { sessionId, userId, refreshToken: current.token };
      }
      await session.query('delete from auth.sessions where id = $1', [sessionId]);
      return 'reused';
    }
    await session.query(
      'update auth.refresh_tokens set revoked = true, updated_at = now() where token = $1',
      [token],
    );
    return { sessionId, userId, refreshToken: await addToken(session, userId, sessionId, token) };
  });
}

/** Ends this session, all of the user's, or all of them but this one. */
export async function closeSessions(
  database: Database,
  userId: string,
  sessionId: string,
  scope: 'global' | 'local' | 'others',
): Promise<void> {
  await database.query(
    `delete from auth.sessions
     where user_id = $1 and ($3 = 'global' or (id = $2) = ($3 = 'local'))`,
    [userId, sessionId, scope],
  );
}

export async function sessionExists(database: Database, sessionId: string): Promise<boolean> {
  const { rows } = await database.query('select from auth.sessions where id = $1', [sessionId]);
  return rows.length > 0;
}

async function addToken(
  session: Session,
  userId: string,
  sessionId: string,
  parent: string | null,
): Promise<string> {
  const token = newToken();
  await session.query(
    'insert into auth.refresh_tokens (token, user_id, session_id, parent) values ($1, $2, $3, $4)',
    [token, userId, sessionId, parent],
  );
  return token;
}

async function currentToken(
  session: Session,
  sessionId: string,
): Promise<{ token: string; parent: string | null } | null> {
  const { rows } = await session.query(
    'select token, parent from auth.refresh_tokens where session_id = $1 and not revoked order by id desc limit 1',
    [sessionId],
  );
  const { token, parent = null } = rows[0] ?? {};
  return token ? { token, parent } : null;
}
