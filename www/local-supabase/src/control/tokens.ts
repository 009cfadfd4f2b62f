import type { TokenAuthority } from '../auth/tokens.js';
import type { Database } from '../database/database.js';
import type { RealtimeServer } from '../realtime/server.js';
import { InputError, readFields, text } from './input.js';

interface TokenOptions {
  database: Database;
  tokens: TokenAuthority;
  realtime: RealtimeServer;
}

type Body = Readonly<Record<string, unknown>>;

/** Makes access tokens that were issued up to now expire: a user's, or everyone's. Refresh tokens still work. */
export async function expireTokens(options: TokenOptions, body: Body): Promise<Record<string, never>> {
  expire(options, await readUser(options.database, body));
  return {};
}

/** The same, and ends the sessions too, so that nothing can be refreshed. */
export async function revokeTokens(options: TokenOptions, body: Body): Promise<Record<string, never>> {
  const user = await readUser(options.database, body);
  // The sessions first: a refresh in between would issue a token that outlives this.
  await options.database.query(
    'delete from auth.sessions where $1::text is null or user_id::text = $1::text',
    [user],
  );
  expire(options, user);
  return {};
}

function expire({ tokens, realtime }: TokenOptions, user: string | null): void {
  tokens.expireIssued(user);
  realtime.tokensExpired(({ sub }) => sub !== undefined && (user === null || sub === user));
}

/** The id of the user that is named by e-mail or id; `null`: everyone. */
async function readUser(database: Database, body: Body): Promise<string | null> {
  const { user } = readFields(body, { user: text });
  if (user === undefined) return null;
  const { rows } = await database.query(
    'select id from auth.users where lower(email) = lower($1) or id::text = lower($1)',
    [user],
  );
  const id = rows[0]?.id;
  if (id == null) throw new InputError('"user" must be the e-mail or the id of a user that there is');
  return id;
}
