import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who holds a lock. */
export interface Holder {
  pid: number;
  /**
   * When the process started, in the system's own unit; `null` where that cannot be read. Numbers are used again,
   * after a restart of a container nearly always.
   */
  started: string | null;
  /** The machine or the container, whose processes another one cannot see. */
  host: string;
  /** Which of the process's locks it is. */
  id: string;
}

/** The locks of this process: whether one with its own number is stale, no operating system can tell. */
const held = new Set<string>();

export function newHolder(): Holder {
  const holder: Holder = {
    pid: process.pid,
    started: startOf(process.pid),
    host: hostname(),
    id: randomBytes(8).toString('hex'),
  };
  held.add(holder.id);
  return holder;
}

export function forget({ id }: Holder): void {
  held.delete(id);
}

/** `null` for what is no lock. */
export function parseHolder(text: string): Holder | null {
  try {
    const { pid, started, host, id } = JSON.parse(text) as Partial<Holder>;
    if (typeof pid !== 'number') return null;
    return { pid, started: started ?? null, host: host ?? hostname(), id: id ?? '' };
  } catch {
    return null;
  }
}

export function isOfAnotherHost({ host }: Holder): boolean {
  return host !== hostname();
}

export function isAlive({ pid, started, id }: Holder): boolean {
  if (pid === process.pid) return held.has(id);
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
