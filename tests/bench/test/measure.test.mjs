import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measure } from '../lib/measure.mjs';
import { judged } from '../lib/result.mjs';

/**
 * A side whose rounds come from a list; `log` notes the order in which sides are asked.
 * @param {import('../lib/measure.mjs').Side['role']} role
 * @param {string} name
 * @param {number[]} times
 * @param {string[]} [log]
 * @returns {import('../lib/measure.mjs').Side}
 */
function side(role, name, times, log = []) {
  const rounds = [...times];
  return {
    role,
    name,
    async round() {
      log.push(name);
      return { case: rounds.shift() ?? Number.NaN };
    },
  };
}

const plan = { rounds: 3, warmUps: 0 };
const close = async () => {};
/** @type {import('../catalogue/index.mjs').BenchCase} */
const entry = { name: 'case', unit: 'ms', what: '', target: { most: 0.5, of: 'ratio' } };

test('sides take turns, and none always comes first', async () => {
  /** @type {string[]} */
  const log = [];
  const sides = [side('ours', 'a', [1, 1, 1], log), side('peer', 'b', [2, 2, 2], log)];
  await measure(['case'], { sides, order: 'in turn', close }, plan);
  assert.deepEqual(log, ['a', 'b', 'b', 'a', 'a', 'b']);
});

test('rounds of the warm-up are not counted', async () => {
  const sides = [side('ours', 'a', [900, 1, 1, 1])];
  const outcomes = await measure(['case'], { sides, order: 'in turn', close }, { rounds: 3, warmUps: 1 });
  assert.equal(outcomes.case?.ours, 1);
  assert.equal(outcomes.case?.rounds, 3);
});

test('the best peer is compared with, the others are listed', async () => {
  const sides = [
    side('ours', 'a', [1, 1, 1]),
    side('peer', 'slow', [9, 9, 9]),
    side('peer', 'quick', [2, 4, 2]),
    side('limit', 'bare', [0.5, 0.5, 0.5]),
    side('aside', 'alone', [3, 3, 3]),
  ];
  const { case: outcome } = await measure(['case'], { sides, order: 'in turn', close }, plan);
  assert.ok(outcome);
  assert.deepEqual([outcome.peer_name, outcome.peer, outcome.ratio], ['quick', 2, 0.5]);
  assert.deepEqual([outcome.limit_name, outcome.limit, outcome.limit_ratio], ['bare', 0.5, 2]);
  assert.deepEqual(outcome.others, { slow: 9, alone: 3 });
  assert.equal(judged(entry, outcome).met, true);
});

test('a case without ours runs its peer and its limit, and is not met', async () => {
  const sides = [side('peer', 'b', [2, 2, 2]), side('limit', 'bare', [1, 1, 1])];
  const { case: outcome } = await measure(['case'], { sides, order: 'in turn', close }, plan);
  assert.ok(outcome);
  const result = judged({ ...entry, waitsFor: 'the cache' }, outcome);
  assert.deepEqual(
    [result.ours, result.ratio, result.peer, result.limit, result.met, result.waits_for],
    [null, null, 2, 1, false, 'the cache'],
  );
});

test('without a figure named, met means no slower than the peer', async () => {
  for (const [ours, met] of /** @type {[number, boolean][]} */ ([
    [2, true],
    [2.2, false],
  ])) {
    const sides = [side('ours', 'a', [ours, ours, ours]), side('peer', 'b', [2, 2, 2])];
    const { case: outcome } = await measure(['case'], { sides, order: 'in turn', close }, plan);
    assert.ok(outcome);
    assert.equal(judged({ ...entry, target: null }, outcome).met, met);
  }
});

test('a spread over 30 % is called noisy', async () => {
  const sides = [side('ours', 'a', [1, 2, 4])];
  const { case: outcome } = await measure(['case'], { sides, order: 'in turn', close }, plan);
  assert.ok(outcome);
  assert.equal(judged(entry, outcome).noisy, true);
});

test('a curve steeper than n log n is named, and is not met', async () => {
  const sides = [side('ours', 'a', [2, 2, 2])];
  const { case: outcome } = await measure(['case'], { sides, order: 'in turn', close }, plan);
  assert.ok(outcome);
  const square = [10, 100, 1_000].map((size) => ({ size, time: size ** 2 }));
  const linear = [10, 100, 1_000].map((size) => ({ size, time: size }));
  const result = judged(entry, outcome, { a: square, b: linear });
  assert.deepEqual([result.steeper_than_n_log_n, result.met], [['a'], false]);
});

test('sides that do not deliver the same are not timed: a sentence, exit code 2', async () => {
  /** @type {string[]} */
  const log = [];
  const sides = [
    { ...side('ours', 'a', [1, 1, 1], log), result: async () => [1, 2] },
    { ...side('peer', 'b', [1, 1, 1], log), result: async () => [1, 3] },
  ];
  await assert.rejects(measure(['case'], { sides, order: 'in turn', close }, plan), {
    exitCode: 2,
    message: /^case: b and a do not deliver the same/,
  });
  assert.deepEqual(log, []);
});
