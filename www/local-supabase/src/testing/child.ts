import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What the command prints when it is ready. */
export interface ReadyLine {
  url: string;
  anonKey: string;
  serviceRoleKey: string;
  controlUrl: string;
}

const command = fileURLToPath(new URL('../../bin/wedsync-local-supabase.js', import.meta.url));

/**
 * Starts the command. It ends when this process ends, however that happens: its standard input is a pipe that only
 * this process holds, and it stops when that ends.
 */
export function startChild(
  args: readonly string[],
  databaseUrl: string,
): { child: ChildProcess; ready: Promise<ReadyLine> } {
  const child = spawn(process.execPath, [command, '--json', '--until-stdin-ends', ...args], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // It is never written to, and it breaks when the child ends.
  child.stdin.on('error', () => {});
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000);
  });
  const died = once(child, 'close').then(([code, signal]: (number | string | null)[]) => {
    throw new Error(said.trim() || `The backend ended before it was ready (${code ?? signal})`);
  });
  died.catch(() => {});
  const line = once(createInterface({ input: child.stdout }), 'line');
  const ready = Promise.race([line, died]).then(([text]) => JSON.parse(text as string) as ReadyLine);
  return { child, ready };
}

export async function endChild(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
