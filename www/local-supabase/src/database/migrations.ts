import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf, StartError } from '../errors.js';
import type { Database } from './database.js';

export interface Migration {
  file: string;
  version: string;
  name: string;
  sql: string;
}

export interface Seed {
  file: string;
  sql: string;
}

const migrationName = /^(\d+)_(.+)\.sql$/;

/** Reads a folder of migrations, in the order in which they apply. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  let files: string[];
  try {
    files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  } catch {
    throw new StartError(
      `The migrations folder ${folder} cannot be read: name a folder of *.sql files with --migrations.`,
    );
  }
  return Promise.all(
    files.map(async (file) => {
      const [, version, name] = migrationName.exec(file) ?? [];
      if (version === undefined || name === undefined) {
        throw new StartError(
          `The migration ${file} has no version: name it <digits>_<what it does>.sql, as Supabase does.`,
        );
      }
      return { file, version, name, sql: await readFile(join(folder, file), 'utf8') };
    }),
  );
}

export async function readSeed(file: string): Promise<Seed> {
  try {
    return { file: basename(file), sql: await readFile(file, 'utf8') };
  } catch {
    throw new StartError(`The seed ${file} cannot be read: name a file of SQL with --seed.`);
  }
}

/**
 * Applies the migrations that this database does not have yet, each of them whole or not at all, and records them
 * where Supabase's own tool does.
 */
export async function applyMigrations(database: Database, migrations: readonly Migration[]): Promise<void> {
  const { rows } = await database.query('select version from supabase_migrations.schema_migrations');
  const applied = new Set(rows.map((row) => row.version));
  for (const { file, version, name, sql } of migrations) {
    if (applied.has(version)) continue;
    const record = `insert into supabase_migrations.schema_migrations (version, name)
      values (${literal(version)}, ${literal(name)})`;
    try {
      await database.script(`${sql}\n;${record}`);
    } catch (cause) {
      throw new StartError(`The migration ${file} failed and was rolled back: ${messageOf(cause)}.`);
    }
  }
}

/** Runs the seed, all of it or nothing, in a database that has not had one. */
export async function applySeed(database: Database, { file, sql }: Seed): Promise<void> {
  const { rows } = await database.query("select from auth.local_settings where name = 'seeded_from'");
  if (rows.length > 0) return;
  const record = `insert into auth.local_settings (name, value) values ('seeded_from', ${literal(file)})`;
  try {
    await database.script(`${sql}\n;${record}`);
  } catch (cause) {
    throw new StartError(`The seed ${file} failed and was rolled back: ${messageOf(cause)}.`);
  }
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
