import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { type Database, isPostgresError } from './database.js';

const folder = new URL('../../sql/', import.meta.url);

/** Another start's preparation, or the traffic of a backend that runs, was in the way for a moment. */
const passingErrors: ReadonlySet<string> = new Set(['40P01', '23505', 'XX000']);

const attempts = 5;

/** The SQL that makes an empty PostgreSQL a Supabase project, file by file. */
export async function readBootstrapScripts(): Promise<string[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')));
}

/** Gives an empty PostgreSQL what a Supabase project has before its first migration. May run again. */
export async function bootstrap(database: Database): Promise<void> {
  for (const script of await readBootstrapScripts()) await runScript(database, script);
}

async function runScript(database: Database, script: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await database.script(script);
      return;
    } catch (cause) {
      const passes = isPostgresError(cause) && passingErrors.has(cause.code);
      if (!passes || attempt === attempts) throw cause;
    }
  }
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
