import assert from 'node:assert/strict';
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
