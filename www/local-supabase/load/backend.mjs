import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../bin/wedsync-local-supabase.js', import.meta.url));

/** The backend in a process of its own, so that its time and memory can be told from the clients'. */
export async function startBackend({ databaseUrl = null, args = [] } = {}) {
  const child = spawn(process.execPath, [cli, '--json', '--port', '0', '--control-port', '0', ...args], {
    env: { ...process.env, ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const lines = createInterface({ input: child.stdout });
  const ready = await Promise.race([
    new Promise((resolve) => lines.once('line', (line) => resolve(JSON.parse(line)))),
    ended.then((code) =>
      Promise.reject(new Error(`The backend ended before it was ready (exit code ${code}).`)),
    ),
  ]);
  return {
    ...ready,
    /** Megabytes that the process occupies. */
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024,
    /** Seconds of processor time it has used. */
    cpu() {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    async sql(sql) {
      const response = await fetch(`${ready.controlUrl}/sql`, {
        method: 'POST',
        body: JSON.stringify({ sql }),
      });
      const answer = await response.json();
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.rows;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
