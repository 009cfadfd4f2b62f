import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf, StartError } from '../errors.js';

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
  const files = await listSql(folder);
  const migrations = await Promise.all(files.map((file) => readMigration(folder, file)));
  const byVersion = new Map<string, string>();
  for (const { file, version } of migrations) {
    const other = byVersion.get(version);
    if (other !== undefined) {
      throw new StartError(
        `The migrations ${other} and ${file} have the same version: give one of them another.`,
      );
    }
    byVersion.set(version, file);
  }
  return migrations;
}

async function listSql(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  } catch (cause) {
    throw new StartError(
      `The migrations folder ${folder} ${explain(cause)}: name a folder of *.sql files with --migrations.`,
    );
  }
}

async function readMigration(folder: string, file: string): Promise<Migration> {
  const [, version, name] = migrationName.exec(file) ?? [];
  if (version === undefined || name === undefined) {
    throw new StartError(
      `The migration ${file} has no version: name it <digits>_<what it does>.sql, as Supabase does.`,
    );
  }
  try {
    return { file, version, name, sql: await readSql(join(folder, file)) };
  } catch (cause) {
    throw new StartError(`The migration ${file} ${explain(cause)}: make it a readable file.`);
  }
}

export async function readSeed(file: string): Promise<Seed> {
  try {
    return { file: basename(file), sql: await readSql(file) };
  } catch (cause) {
    throw new StartError(`The seed ${file} ${explain(cause)}: name a file of SQL with --seed.`);
  }
}

/** Some editors begin a file with a mark that PostgreSQL does not understand. */
async function readSql(path: string): Promise<string> {
  return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
}

function explain(cause: unknown): string {
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'does not exist';
    case 'ENOTDIR':
      return 'is not a folder';
    case 'EISDIR':
      return 'is a folder';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read by this user';
    default:
      return `cannot be read (${messageOf(cause)})`;
  }
}
