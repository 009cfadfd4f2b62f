import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../bin/wedsync-local-supabase.js', import.meta.url));

const children = new Set();

/** The command as a process of its own, without the environment's say in where its data are. */
export function launch(args, env = {}, options = {}) {
  const child = spawn(process.execPath, [options.command ?? command, ...args], {
    ...options,
    env: { ...process.env, DATABASE_URL: '', JWT_SECRET: '', ...env },
  });
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}

/** Ends what a failed test left running. */
export function killAll() {
  for (const child of children) child.kill('SIGKILL');
}

/** Runs the command to its end. */
export async function run(args, env, options) {
  const child = launch(args, env, options);
  const texts = Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  const [code] = await once(child, 'exit');
  const [stdout, stderr] = (await texts).map((parts) => Buffer.concat(parts).toString());
  return { code, stdout, stderr };
}

/** Starts the command on a free port and waits for its line. */
export async function ready(args, env, options) {
  const child = launch(['--port', '0', '--json', ...args], env, options);
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`exit code ${code}: ${stderr}`);
  });
  exited.catch(() => {});
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited]);
  const address = JSON.parse(line);
  return {
    ...address,
    pid: child.pid,
    stderr: () => stderr,
    /** Any statements, as the owner; needs `--control-port`. */
    async sql(sql) {
      const response = await fetch(`${address.controlUrl}/sql`, {
        method: 'POST',
        body: JSON.stringify({ sql }),
      });
      const answer = await response.json();
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.rows;
    },
    async stop(signal = 'SIGTERM') {
      const ended = once(child, 'exit');
      child.kill(signal);
      return (await ended)[0];
    },
  };
}
