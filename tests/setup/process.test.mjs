import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { run } from '../../scripts/lib/process.mjs';

test('a program that is ended takes with it what it has started', { timeout: 30_000 }, async () => {
  // The one that it starts would hold the output open, and so the run, until it ends by itself.
  const result = await run('sh', ['-c', 'sleep 600 & wait'], { signal: AbortSignal.timeout(500) });
  assert.ok(result.code >= 127, `${result.code}`);
});

test('one that was ended before it began comes to its end, and one that is not ended is not touched', async () => {
  const result = await run('sleep', ['600'], { signal: AbortSignal.abort() });
  assert.ok(result.code >= 127, `${result.code}`);
  const { signal } = new AbortController();
  assert.deepEqual(await run('echo', ['well'], { signal }), { code: 0, stdout: 'well\n', output: 'well\n' });
});

test('who is interrupted takes with it what it runs', { timeout: 30_000 }, async () => {
  const script = `
    import { run } from '${new URL('../../scripts/lib/process.mjs', import.meta.url)}';
    const signal = AbortSignal.timeout(600_000);
    await run('sh', ['-c', 'echo $$; exec sleep 600'], { signal, output: 'show' });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [told] = await once(child.stderr, 'data');
  const started = String(Number(told));
  assert.match(await stateOf(started), /^[RS]$/);
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGINT']);
  // Nobody may have asked yet how it ended.
  while (!['', 'Z', 'X'].includes(await stateOf(started)));
});

/** The state of a process by one letter; nothing, if there is none. @param {string} id */
async function stateOf(id) {
  const told = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '');
  return told.slice(told.lastIndexOf(')') + 2).charAt(0);
}
