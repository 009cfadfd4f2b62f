import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { Database } from './database.js';

const folder = new URL('../../sql/', import.meta.url);

/** Gives an empty PostgreSQL what a Supabase project has before its first migration. May run again. */
export async function bootstrap(database: Database): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  for (const file of files) await database.script(await readFile(new URL(file, folder), 'utf8'));
}

/** The secret that signs tokens: the given one, else the one this database has, else a new one. */
export async function loadJwtSecret(database: Database, given: string | null): Promise<string> {
  if (given !== null) return given;
  const { rows } = await database.query(
    `insert into auth.local_settings (name, value) values ('jwt_secret', $1)
     on conflict (name) do update set value = auth.local_settings.value
     returning value`,
    [randomBytes(32).toString('hex')],
  );
  return rows[0]?.value ?? '';
}
