import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
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
  /** Ends the process as Ctrl+C does, and waits for it. */
  stop(): Promise<void>;
  /** Ends the process at once, as a crash does, and waits for it. */
  kill(): Promise<void>;
  /**
   * Ends the process and starts it again on the same ports, with the same data. Resolves when it answers. Faults,
   * counts and tokens that were made to expire are forgotten.
   */
  restart(options?: RestartOptions): Promise<void>;
}

interface ReadyLine {
  url: string;
  anonKey: string;
  serviceRoleKey: string;
  controlUrl: string;
}

const command = fileURLToPath(new URL('../../bin/wedsync-local-supabase.js', import.meta.url));

/**
 * Starts the command with a control server, and resolves when it is ready. What keeps it from starting is the message
 * of the error. The process ends with this one.
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
  const deleteFolder = async (): Promise<void> => {
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  };

  const first = await launch(settings, options.port ?? 0, options.controlPort ?? 0).catch(async (cause) => {
    await deleteFolder();
    throw cause;
  });
  let { child } = first;
  const { url, anonKey, serviceRoleKey, controlUrl } = first.ready;

  return {
    url,
    anonKey,
    serviceRoleKey,
    control: connectControl(controlUrl),
    async stop() {
      await end(child, 'SIGTERM');
      await deleteFolder();
    },
    async kill() {
      await end(child, 'SIGKILL');
      await deleteFolder();
    },
    async restart({ downForMs = 0, signal = 'SIGTERM' } = {}) {
      await end(child, signal);
      await sleep(downForMs);
      ({ child } = await launch(settings, portOf(url), portOf(controlUrl)));
    },
  };
}

async function launch(
  { migrations, seed, dataDir, databaseUrl, args = [] }: ProcessOptions,
  port: number,
  controlPort: number,
): Promise<{ child: ChildProcess; ready: ReadyLine }> {
  const named = { port, 'control-port': controlPort, migrations, seed, 'data-dir': dataDir };
  const given = Object.entries(named).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
  const child = spawn(process.execPath, [command, '--json', ...given, ...args], {
    env: { ...process.env, DATABASE_URL: databaseUrl ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killWithUs = (): boolean => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  child.once('exit', () => process.off('exit', killWithUs));

  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000);
  });
  const died = once(child, 'close').then(([code, signal]: (number | string | null)[]) => {
    throw new Error(said.trim() || `The backend ended before it was ready (${code ?? signal})`);
  });
  const line = once(createInterface({ input: child.stdout }), 'line');
  const [text] = (await Promise.race([line, died])) as [string];
  died.catch(() => {});
  return { child, ready: JSON.parse(text) as ReadyLine };
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
