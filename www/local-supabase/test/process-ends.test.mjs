import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

const program = `
  import { startLocalSupabaseProcess } from '@wedsync/local-supabase/testing';
  const backend = await startLocalSupabaseProcess();
  console.log(backend.url);
  setInterval(() => {}, 1_000);
`;

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`a backend ends with the process that started it, also by ${signal}`, async () => {
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      cwd: new URL('.', import.meta.url),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(parent.stdout, 'data');
    const url = String(line).trim();
    assert.equal((await fetch(url)).status, 200);
    parent.kill(signal);
    const answers = () =>
      fetch(url).then(
        () => true,
        () => false,
      );
    while (await answers());
  });
}
