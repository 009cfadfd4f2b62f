import type { Database, Row } from '../database/database.js';

/** A user as the API shows it. */
export interface User {
  id: string;
  aud: string;
  role: string;
  email: string;
  [field: string]: unknown;
}

const columns = `
  id, coalesce(aud, 'authenticated') as aud, coalesce(role, 'authenticated') as role, email,
  to_json(email_confirmed_at) #>> '{}' as email_confirmed_at,
  to_json(last_sign_in_at) #>> '{}' as last_sign_in_at,
  to_json(created_at) #>> '{}' as created_at,
  to_json(updated_at) #>> '{}' as updated_at,
  coalesce(raw_app_meta_data, '{"provider": "email", "providers": ["email"]}') as app_metadata,
  coalesce(raw_user_meta_data, '{}') as user_metadata,
  coalesce((
    select json_agg(json_build_object(
      'identity_id', identities.id,
      'id', provider_id,
      'user_id', user_id,
      'identity_data', identity_data,
      'provider', provider,
      'last_sign_in_at', identities.last_sign_in_at,
      'created_at', identities.created_at,
      'updated_at', identities.updated_at,
      'email', identity_data ->> 'email'
    ) order by identities.created_at)
    from auth.identities where user_id = users.id
  ), '[]') as identities`;

/** Why a user with the right password may not sign in. */
export type SignInProblem = 'unknown' | 'unconfirmed' | 'banned';

/** The user whose password this is; PostgreSQL itself compares the bcrypt hashes. */
export async function signInByPassword(
  database: Database,
  email: string,
  password: string,
): Promise<User | SignInProblem> {
  const { rows } = await database.query(
    `select id, email_confirmed_at is not null as is_confirmed, coalesce(banned_until > now(), false) as is_banned
     from auth.users
     where lower(email) = lower($1)
       and case when encrypted_password like '$2%' then encrypted_password = extensions.crypt($2, encrypted_password) end`,
    [email, password],
  );
  const found = rows[0];
  if (found === undefined) return 'unknown';
  if (found.is_banned === 't') return 'banned';
  if (found.is_confirmed !== 't') return 'unconfirmed';
  const signedIn = await database.query(
    `update auth.users set last_sign_in_at = now(), updated_at = now() where id = $1 returning ${columns}`,
    [found.id ?? ''],
  );
  return signedIn.rows[0] === undefined ? 'unknown' : toUser(signedIn.rows[0]);
}

export async function findById(database: Database, id: string): Promise<User | null> {
  const { rows } = await database.query(`select ${columns} from auth.users where id = $1`, [id]);
  return rows[0] === undefined ? null : toUser(rows[0]);
}

function toUser(row: Row): User {
  return {
    id: row.id ?? '',
    aud: row.aud ?? '',
    role: row.role ?? '',
    email: row.email ?? '',
    email_confirmed_at: row.email_confirmed_at,
    phone: '',
    confirmed_at: row.email_confirmed_at,
    last_sign_in_at: row.last_sign_in_at,
    app_metadata: JSON.parse(row.app_metadata ?? '{}') as unknown,
    user_metadata: JSON.parse(row.user_metadata ?? '{}') as unknown,
    identities: JSON.parse(row.identities ?? '[]') as unknown,
    created_at: row.created_at,
    updated_at: row.updated_at,
    is_anonymous: false,
  };
}
