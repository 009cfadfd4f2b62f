import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../errors.js';

export const lockName = 'local-supabase.lock';

/** The locks of this process: whether one with its own number is stale, no operating system can tell. */
const held = new Set<string>();

/** A process. Numbers are used again, after a restart of a container nearly always, hence the time. */
interface Holder {
  pid: number;
  /** When it started, in the system's own unit; `null` where that cannot be read. */
  started: string | null;
}

/**
 * Keeps other backends out of a folder until the answered function is called: two PGlites in one folder destroy it,
 * and PGlite itself does not look. A lock whose process is gone is taken over.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, lockName);
  while (!(await create(file))) {
    const found = await readFile(file, 'utf8').catch(() => null);
    if (found === null) continue;
    const holder = parseHolder(found);
    if (holder !== null && isAlive(holder, file)) {
      throw new StartError(
        `The data folder ${folder} is in use by process ${holder.pid}: stop that backend, or name another folder.`,
      );
    }
    await remove(file, found);
  }
  held.add(file);
  return async () => {
    await rm(file, { force: true });
    held.delete(file);
  };
}

/** Linking a finished file is one step, so nobody reads half a lock. */
async function create(file: string): Promise<boolean> {
  const own = `${file}.${process.pid}`;
  const holder: Holder = { pid: process.pid, started: startOf(process.pid) };
  await writeFile(own, JSON.stringify(holder));
  try {
    await link(own, file);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  } finally {
    await rm(own, { force: true });
  }
}

/** Another process may have taken the stale lock over since it was read: that one's is put back. */
async function remove(file: string, stale: string): Promise<void> {
  const aside = `${file}.${process.pid}.stale`;
  try {
    await rename(file, aside);
    if ((await readFile(aside, 'utf8')) !== stale) await link(aside, file);
  } catch {
    // Whoever was faster has it now; the next look at it decides.
  }
  await rm(aside, { force: true });
}

function parseHolder(text: string): Holder | null {
  try {
    const { pid, started } = JSON.parse(text) as Partial<Holder>;
    return typeof pid === 'number' ? { pid, started: started ?? null } : null;
  } catch {
    return null;
  }
}

function isAlive({ pid, started }: Holder, file: string): boolean {
  if (pid === process.pid) return held.has(file);
  try {
    process.kill(pid, 0);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startOf(pid);
  return started === null || now === null || started === now;
}

/** Field 22 of Linux's `stat`, counted from behind the name, which may have spaces in it. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
