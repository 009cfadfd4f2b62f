import assert from 'node:assert/strict';
import { test } from 'node:test';
import { degradedSentence, failingSentence } from '../src/lib/degraded.ts';
import { formatDuration } from '../src/lib/durations.ts';

test('a supplier is told what is affected, how old it is, and when it is tried again', () => {
  assert.equal(failingSentence('calendar'), 'Your calendar can’t be read at the moment.');
  assert.equal(
    degradedSentence('calendar', 240_000, 6_000),
    'You see it as it was 4 minutes ago; it is tried again in 6 seconds.',
  );
  assert.equal(
    degradedSentence('payments', 3_000, 0),
    'You see them as they were a moment ago; they are being tried again now.',
  );
});

test('where nothing was read before, nothing is said of its age', () => {
  assert.equal(degradedSentence('calendar', null, 1_000), 'It is tried again in 1 second.');
  assert.equal(degradedSentence('payments', null, null), 'They are being tried again now.');
});

test('durations are told in their largest unit', () => {
  const told = [0, 400, 1_500, 59_400, 59_600, 3_599_000, 3_600_000, 172_800_000].map(formatDuration);
  assert.deepEqual(told, [
    '1 second',
    '1 second',
    '2 seconds',
    '59 seconds',
    '1 minute',
    '60 minutes',
    '1 hour',
    '2 days',
  ]);
});
