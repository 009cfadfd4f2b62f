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
  coalesce(raw_user_meta_data, '{}') as user_metadata`;

/** The user whose password this is; PostgreSQL itself compares the bcrypt hashes. */
export async function findByPassword(
  database: Database,
  email: string,
  password: string,
): Promise<User | null> {
  const { rows } = await database.query(
    `update auth.users set last_sign_in_at = now(), updated_at = now()
     where lower(email) = lower($1)
       and encrypted_password = extensions.crypt($2, encrypted_password)
       and (banned_until is null or banned_until < now())
     returning ${columns}`,
    [email, password],
  );
  return rows[0] === undefined ? null : toUser(rows[0]);
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
    identities: [],
    created_at: row.created_at,
    updated_at: row.updated_at,
    is_anonymous: false,
  };
}
