// node scripts/browsers/prepare.mjs chromium|firefox: sees to it that the embedded backend of the module's tests
// runs, and prints where the browser is.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir, root } from '../lib/paths.mjs';
import { Problem, runMain } from '../lib/problem.mjs';
import { lastLines } from '../lib/process.mjs';
import { findTestProgram } from '../lib/setup/test-programs.mjs';
import { testPorts } from '../lib/test-ports.mjs';

await runMain(async () => {
  const [name] = process.argv.slice(2);
  if (name !== 'chromium' && name !== 'firefox') {
    throw new Problem(`There is no browser "${name}": name chromium or firefox.`, { exitCode: 2 });
  }
  const browser = findTestProgram(name);
  if (!browser) {
    throw new Problem(`${name} is not on PATH: run \`npm run setup\` and then the command again.`);
  }
  if (!(await isReady())) await startBackend();
  console.log(browser);
});

/** Whether it answers; that something listens at its port is not enough, because it tries its ports first. */
async function isReady() {
  try {
    return (await fetch(`http://127.0.0.1:${testPorts.backend}/auth/v1/health`)).ok;
  } catch {
    return false;
  }
}

/** Starts the backend as a process of its own, which outlives the browser: each file of tests opens another. */
async function startBackend() {
  const log = join(cacheDir, 'test-backend.log');
  mkdirSync(cacheDir, { recursive: true });
  const output = openSync(log, 'w');
  const backend = spawn(process.execPath, [fileURLToPath(new URL('backend.mjs', import.meta.url))], {
    cwd: root,
    detached: true,
    stdio: ['ignore', output, output],
  });
  let hasEnded = false;
  backend.once('exit', () => {
    hasEnded = true;
  });
  while (!(await isReady())) {
    if (hasEnded) {
      throw new Problem(`The embedded backend did not start: see ${log}.`, {
        detail: lastLines(readFileSync(log, 'utf8')),
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  backend.unref();
}
