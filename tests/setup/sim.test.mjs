import assert from 'node:assert/strict';
import { test } from 'node:test';
import { root } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/process.mjs';

/** @param {string[]} args */
const sim = (...args) => run(process.execPath, ['scripts/sim.mjs', ...args], { cwd: root });

test('a number of seeds that is none: a sentence, exit code 2', async () => {
  const { code, output } = await sim('--seeds', 'many');
  assert.deepEqual([code, output], [2, '--seeds many is not a whole number.\n']);
});

test('one history and many at once: a sentence, exit code 2', async () => {
  const { code, output } = await sim('--seed', '7', '--seeds', '10');
  assert.deepEqual([code, output], [2, 'Give --seeds for many histories or --seed for one, not both.\n']);
});

test('two simulations at once: a sentence, exit code 2', async () => {
  const { code, output } = await sim('--tabs', '--store');
  assert.deepEqual([code, output], [2, 'One simulation at a time: --store or --tabs, not both.\n']);
});

test('one history of tabs, of dashboards, and of caches, runs alone', async () => {
  for (const of of ['--tabs', '--dashboards', '--cache']) {
    const { code, output } = await sim(of, '--seed', '7');
    assert.equal(code, 0, output);
    assert.match(output, /1 passed; 0 failed/);
  }
});

test('one history runs alone', async () => {
  const { code, output } = await sim('--seed', '7');
  assert.equal(code, 0, output);
  assert.match(output, /1 passed; 0 failed/);
});
