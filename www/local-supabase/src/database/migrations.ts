import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf, StartError } from '../errors.js';
import type { Database } from './database.js';

const migrationName = /^(\d+)_(.+)\.sql$/;

/**
 * Applies the migrations that this database does not have yet, each in a transaction, and records them where
 * Supabase's own tool does. Answers whether the database was new, which is when it wants a seed.
 */
export async function applyMigrations(database: Database, folder: string): Promise<{ isNew: boolean }> {
  const applied = new Set(
    (await database.query('select version from supabase_migrations.schema_migrations')).rows.map(
      (row) => row.version,
    ),
  );
  for (const file of await listMigrations(folder)) {
    const [, version = '', name = ''] = migrationName.exec(file) ?? [];
    if (applied.has(version)) continue;
    const sql = await readFile(join(folder, file), 'utf8');
    await runFile(database, `The migration ${file}`, sql, version, name);
  }
  return { isNew: applied.size === 0 };
}

/** Runs the seed: all of it or nothing. */
export async function applySeed(database: Database, file: string): Promise<void> {
  let sql: string;
  try {
    sql = await readFile(file, 'utf8');
  } catch (cause) {
    throw new StartError(`The seed ${file} cannot be read: ${messageOf(cause)}.`);
  }
  try {
    await database.script(sql);
  } catch (cause) {
    throw new StartError(`The seed ${basename(file)} failed and was rolled back: ${messageOf(cause)}.`);
  }
}

async function listMigrations(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  } catch {
    throw new StartError(
      `The migrations folder ${folder} cannot be read. Name a folder of *.sql files with --migrations.`,
    );
  }
  const misnamed = names.find((name) => !migrationName.test(name));
  if (misnamed !== undefined) {
    throw new StartError(
      `The migration ${misnamed} has no version. Name it <digits>_<what it does>.sql, as Supabase does.`,
    );
  }
  return names;
}

async function runFile(
  database: Database,
  label: string,
  sql: string,
  version: string,
  name: string,
): Promise<void> {
  const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
  try {
    await database.script(
      `${sql}\n;insert into supabase_migrations.schema_migrations (version, name)
       values (${literal(version)}, ${literal(name)})`,
    );
  } catch (cause) {
    throw new StartError(`${label} failed and was rolled back: ${messageOf(cause)}.`);
  }
}
