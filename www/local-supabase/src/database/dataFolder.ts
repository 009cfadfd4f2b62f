import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { messageOf, StartError } from '../errors.js';
import { lockFolder, lockName } from './folderLock.js';

/** Says that a database is being written into the folder: until it is gone, nothing in there is worth keeping. */
const unfinishedName = 'local-supabase.unfinished';

/** A folder for a database that nobody else uses until it is released. */
export interface DataFolder {
  path: string;
  /** There is no database in it yet. */
  isNew: boolean;
  /** Tells that the new database is complete. */
  finish(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes a folder: a missing or an empty one, or one with a database. Anything else is refused, so that a mistyped
 * path does not fill somebody's documents with a thousand files.
 */
export async function openDataFolder(given: string): Promise<DataFolder> {
  const path = resolve(given);
  const release = await makeAndLock(path);
  const unfinished = join(path, unfinishedName);
  try {
    const isNew = await isEmpty(path);
    if (isNew) await writeFile(unfinished, '');
    return { path, isNew, finish: () => rm(unfinished, { force: true }), release };
  } catch (cause) {
    await release();
    throw cause;
  }
}

async function makeAndLock(path: string): Promise<() => Promise<void>> {
  try {
    await mkdir(path, { recursive: true });
    return await lockFolder(path);
  } catch (cause) {
    if (cause instanceof StartError) throw cause;
    throw new StartError(`The data folder ${path} ${explain(cause)}.`);
  }
}

function explain(cause: unknown): string {
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return 'is a file, or lies in one: name a folder with --data-dir';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'may not be written by this user: change its rights, or name another one with --data-dir';
    default:
      return `cannot be used: ${messageOf(cause)}`;
  }
}

async function isEmpty(path: string): Promise<boolean> {
  // Whoever tries the lock meanwhile leaves files of such a name for a moment.
  const files = (await readdir(path)).filter((name) => !name.startsWith(lockName));
  if (files.includes(unfinishedName)) {
    // The mark goes last, for the case that this is interrupted too.
    for (const name of files) if (name !== unfinishedName) await rm(join(path, name), { recursive: true });
    return true;
  }
  if (files.length === 0) return true;
  if (files.includes('PG_VERSION')) {
    await refuseAnothers(path, files);
    return false;
  }
  throw new StartError(
    `The data folder ${path} has other files and no database in it: name a new or an empty one with --data-dir.`,
  );
}

/** What PGlite is built from; it opens no other version's files. */
const ownVersion = '18';

/** Two programs at one database destroy it, and PGlite would only see that it cannot open some of them. */
async function refuseAnothers(path: string, files: readonly string[]): Promise<void> {
  const firstLine = async (name: string): Promise<string> =>
    (await readFile(join(path, name), 'utf8')).split('\n')[0]?.trim() ?? '';
  // PGlite writes a process number there too, but never a real one.
  const isServers =
    files.includes('postmaster.opts') ||
    (files.includes('postmaster.pid') && Number(await firstLine('postmaster.pid')) > 0);
  if (isServers) {
    throw new StartError(
      `The data folder ${path} belongs to a PostgreSQL server: name another one with --data-dir, or that server with DATABASE_URL.`,
    );
  }
  const version = await firstLine('PG_VERSION');
  if (version === ownVersion) return;
  throw new StartError(
    `The data folder ${path} has a database of version ${version} of PostgreSQL, not ${ownVersion}: name another one with --data-dir.`,
  );
}
