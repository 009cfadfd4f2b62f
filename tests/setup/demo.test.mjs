import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { externalServices } from '../../scripts/lib/next.mjs';
import { root } from '../../scripts/lib/paths.mjs';

/** Starts the demo on free ports and waits until it says that it is ready. */
async function startDemo() {
  const args = ['scripts/demo.mjs', '--skip-build', '--json', '--port', '0', '--backend-port', '0'];
  const demo = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  demo.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(demo, 'close');
  const [line] = await once(createInterface({ input: demo.stdout }), 'line');
  const ready = JSON.parse(line);
  const { pid } = demo;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  assert.equal(children.length, 2, 'a backend and a dashboard');
  return { demo, ready, children, ended, said: () => stderr.trimEnd().split('\n').at(-1) };
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('the demo says where it is, answers there, and one signal ends all of it', async () => {
  const { demo, ready, children, ended } = await startDemo();
  assert.deepEqual(Object.keys(ready), ['ready', 'appUrl', 'supabaseUrl', 'anonKey', 'controlUrl']);
  assert.equal(ready.controlUrl, null, 'no control server unless asked for');
  const response = await fetch(`${ready.appUrl}/sign-in`);
  assert.equal(response.status, 200);
  assert.match(await response.text(), /amelia@rosewood\.example/);
  demo.kill('SIGINT');
  assert.deepEqual(await ended, [0, null]);
  assert.deepEqual(children.map(isAlive), [false, false]);
});

for (const [index, name] of ['The embedded backend', 'The dashboard'].entries()) {
  test(`${name.toLowerCase()} dies: the demo ends the other, says which and fails`, async () => {
    const { children, ended, said } = await startDemo();
    process.kill(children[index] ?? 0, 'SIGKILL');
    assert.deepEqual(await ended, [1, null]);
    assert.equal(said(), `${name} ended by itself (exit code none): what it said is above.`);
    assert.deepEqual(children.map(isAlive), [false, false]);
  });
}

test('external services are those of the environment, each as a whole, else the embedded backend’s', () => {
  const backend = { url: 'http://b', anonKey: 'anon', controlUrl: null, jwtSecret: null, externalKey: 'key' };
  const payments = { PAYMENTS_URL: 'http://b/external/payments/v1', PAYMENTS_KEY: 'key' };
  const calendar = { CALENDAR_URL: 'http://b/external/calendar/v1', CALENDAR_KEY: 'key' };
  assert.deepEqual(externalServices(backend, {}), { ...calendar, ...payments });
  // A key of the environment goes to its own address alone, and the demo's to none but the demo's.
  for (const given of [{ CALENDAR_URL: 'https://c' }, { CALENDAR_KEY: 'c' }]) {
    assert.deepEqual(externalServices(backend, given), payments);
  }
  assert.deepEqual(externalServices({ ...backend, externalKey: null }, {}), {});
});
