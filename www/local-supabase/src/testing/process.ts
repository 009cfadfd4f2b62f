import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endChild, type ReadyLine, startChild } from './child.js';
import { type Control, connectControl } from './control.js';

/** Options of {@link startLocalSupabaseProcess}. */
export interface ProcessOptions {
  /** A folder of `<version>_<name>.sql` files. Default: none. */
  migrations?: string;
  /** A file of SQL, run once, when the database is new. Default: none. */
  seed?: string;
  /** A folder for PGlite. Default, without `databaseUrl`: a temporary one, deleted by `stop` and `kill`. */
  dataDir?: string;
  /** Any PostgreSQL instead of PGlite. */
  databaseUrl?: string;
  /** Default 0: a free one. */
  port?: number;
  /** Default 0: a free one. */
  controlPort?: number;
  /** Further options of the command, `['--host', '0.0.0.0']`. */
  args?: readonly string[];
}

/** How a process ends that is to be started again. */
export interface RestartOptions {
  /** How long nothing listens, at least. Default 0. */
  downForMs?: number;
  /** `SIGKILL` leaves it no time for anything. Default `SIGTERM`. */
  signal?: 'SIGTERM' | 'SIGKILL';
}

/** A backend in a process of its own. Its addresses and keys stay the same over a restart. */
export interface LocalSupabaseProcess {
  /** The project's URL, what `createClient` takes. */
  url: string;
  anonKey: string;
  serviceRoleKey: string;
  control: Control;
  /** Ends the process as Ctrl+C does, and waits for it. A restart that is under way is broken off. */
  stop(): Promise<void>;
  /** Ends the process at once, as a crash does, and waits for it. */
  kill(): Promise<void>;
  /**
   * Ends the process and starts it again on the same ports, with the same data. Resolves when it answers. Faults,
   * counts and tokens that were made to expire are forgotten. Restarts come one after the other.
   */
  restart(options?: RestartOptions): Promise<void>;
}

/**
 * Starts the command with a control server, and resolves when it is ready. What keeps it from starting is the message
 * of the error. The process ends with this one, also if a signal kills it.
 *
 * ```ts
 * const backend = await startLocalSupabaseProcess({ migrations: 'www/supabase/migrations' });
 * await backend.restart({ signal: 'SIGKILL', downForMs: 500 });
 * await backend.stop();
 * ```
 */
export async function startLocalSupabaseProcess(options: ProcessOptions = {}): Promise<LocalSupabaseProcess> {
  const isTemporary = options.dataDir === undefined && options.databaseUrl === undefined;
  const folder = isTemporary ? await mkdtemp(join(tmpdir(), 'local-supabase-')) : null;
  const dataDir = options.dataDir ?? folder;
  const settings = { ...options, ...(dataDir === null ? {} : { dataDir }) };
  const place = new Place(settings);
  const deleteFolder = async (): Promise<void> => {
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  };

  const { url, anonKey, serviceRoleKey, controlUrl } = await place
    .launch(options.port ?? 0, options.controlPort ?? 0)
    .catch(async (cause: unknown) => {
      await deleteFolder();
      throw cause;
    });
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    await place.leave(signal);
    await deleteFolder();
  };
  return {
    url,
    anonKey,
    serviceRoleKey,
    control: connectControl(controlUrl),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    restart: ({ downForMs = 0, signal = 'SIGTERM' } = {}) =>
      place.restart(signal, downForMs, [portOf(url), portOf(controlUrl)]),
  };
}

/** Where one process at a time runs, one after the other. */
class Place {
  readonly #options: ProcessOptions;
  readonly #left = new AbortController();
  #child: ChildProcess | null = null;
  #restarting: Promise<void> = Promise.resolve();

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  launch(port: number, controlPort: number): Promise<ReadyLine> {
    const { migrations, seed, dataDir, databaseUrl, args = [] } = this.#options;
    const named = { port, 'control-port': controlPort, migrations, seed, 'data-dir': dataDir };
    const given = Object.entries(named).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, String(value)],
    );
    const { child, ready } = startChild([...given, ...args], databaseUrl ?? '');
    this.#child = child;
    return ready;
  }

  restart(signal: 'SIGTERM' | 'SIGKILL', downForMs: number, ports: [number, number]): Promise<void> {
    const restart = async (): Promise<void> => {
      this.#assertNotLeft();
      await this.#end(signal);
      await sleep(downForMs, undefined, { signal: this.#left.signal }).catch(() => {});
      this.#assertNotLeft();
      await this.launch(...ports);
    };
    const restarted = this.#restarting.then(restart);
    this.#restarting = restarted.catch(() => {});
    return restarted;
  }

  /** Nothing runs here again. */
  async leave(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#left.abort();
    await this.#end(signal);
    await this.#restarting;
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#child !== null) await endChild(this.#child, signal);
  }

  #assertNotLeft(): void {
    if (this.#left.signal.aborted) throw new Error('The backend was stopped, so it cannot start again');
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
