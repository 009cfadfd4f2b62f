import { createHash } from 'node:crypto';
import { link, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../errors.js';
import { forget, type Holder, isAlive, isOfAnotherHost, newHolder, parseHolder } from './lockHolder.js';

export const lockName = 'local-supabase.lock';

/** How soon to look again at a lock that is just changing hands. */
const changeMs = 5;

/**
 * Keeps other backends out of a folder until the answered function is called: two PGlites in one folder destroy it,
 * and PGlite itself does not look. A lock whose process is gone is taken over.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  // By whatever names a folder goes, it has one lock.
  const file = join(await realpath(folder), lockName);
  const holder = newHolder();
  const text = JSON.stringify(holder);
  const own = `${file}.${holder.id}`;
  // Linking or renaming a finished file is one step, so nobody reads half a lock.
  await writeFile(own, text);
  try {
    while (!(await create(own, file))) {
      const found = await read(file);
      if (found === null) continue;
      const other = parseHolder(found);
      if (other !== null) refuseIfHeld(folder, file, other);
      if (!(await takeOver(own, file, found))) await sleep(changeMs);
      else if ((await read(file)) === text) break;
    }
  } catch (cause) {
    forget(holder);
    throw cause;
  } finally {
    await rm(own, { force: true });
  }
  return async () => {
    // Whoever deleted it by hand may have started another backend, and that one's lock stays.
    if ((await read(file)) === text) await rm(file, { force: true });
    forget(holder);
  };
}

function refuseIfHeld(folder: string, file: string, holder: Holder): void {
  const { pid, host } = holder;
  if (isOfAnotherHost(holder)) {
    throw new StartError(
      `The data folder ${folder} is in use by process ${pid} of the host or container ${host}: stop that backend, or name another folder; if it is gone for good, delete ${file}.`,
    );
  }
  if (isAlive(holder)) {
    throw new StartError(
      `The data folder ${folder} is in use by process ${pid}: stop that backend, or name another folder.`,
    );
  }
}

/**
 * Puts our lock in the place of a stale one, for which only one process may come at a time: whoever has the claim,
 * whose name is made of the stale lock's content. A claim whose process is gone is taken over in the same way.
 * Answers whether we had the claim.
 */
async function takeOver(own: string, file: string, stale: string): Promise<boolean> {
  const claim = `${file}.${createHash('sha256').update(stale).digest('hex').slice(0, 16)}`;
  if (!(await create(own, claim))) {
    const found = await read(claim);
    if (found === null) return false;
    const other = parseHolder(found);
    const isInUse = other !== null && (isOfAnotherHost(other) || isAlive(other));
    if (isInUse || !(await takeOver(own, claim, found))) return false;
    if ((await read(claim)) !== (await read(own))) return false;
  }
  try {
    // Whoever had the claim before may have replaced it since it was read.
    if ((await read(file)) === stale) await replace(own, file);
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

async function replace(own: string, file: string): Promise<void> {
  const copy = `${own}.copy`;
  // Its first name is still needed: for the lock after the claim.
  await link(own, copy);
  await rename(copy, file);
}

async function create(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  }
}

async function read(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cause;
  }
}
