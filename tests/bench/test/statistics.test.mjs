import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  growth,
  isWorseThan,
  linearithmicGrowth,
  median,
  pairedRatios,
  quantile,
  spread,
} from '../lib/statistics.mjs';

test('the median is the middle, of an even number the mean of the two in the middle', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test('a quantile between two values lies between them', () => {
  assert.equal(quantile([0, 10], 0.25), 2.5);
});

test('the spread is the middle half as a share of the median, and no outlier widens it', () => {
  assert.equal(spread([8, 9, 10, 11, 12]), 0.2);
  assert.equal(spread([8, 9, 10, 11, 1_000]), 0.2);
  assert.equal(spread([3, 3, 3]), 0);
  assert.equal(spread([1, 2]), null, 'two values say nothing of their spread');
});

test('ratios are of one round each, so what slows a round for both changes nothing', () => {
  assert.deepEqual(pairedRatios([1, 10, 2], [2, 20, 4]), [0.5, 0.5, 0.5]);
  assert.deepEqual(pairedRatios([0], [0]), [1], 'nothing against nothing is the same');
  assert.deepEqual(pairedRatios([3], [0]), [1_000], 'what JSON can hold');
});

test('the exponent of growth: 1 is linear, 2 is square, and n log n is told from square', () => {
  const curve = (/** @type {(size: number) => number} */ time) =>
    [10, 100, 1_000].map((size) => ({ size, time: time(size) }));
  const close = (/** @type {number} */ value, /** @type {number} */ expected) =>
    assert.ok(Math.abs(value - expected) < 1e-9, `${value} is not ${expected}`);
  close(growth(curve((size) => 3 * size)), 1);
  close(growth(curve((size) => 0.1 * size ** 2)), 2);
  close(growth(curve(() => 7)), 0);
  const allowed = linearithmicGrowth([10, 100, 1_000]);
  assert.ok(allowed > 1 && allowed < 1.3);
  assert.ok(
    !isWorseThan(
      curve((size) => size * Math.log2(size)),
      allowed,
    ),
  );
  assert.ok(
    isWorseThan(
      curve((size) => size ** 1.6),
      allowed,
    ),
  );
});
