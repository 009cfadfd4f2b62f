import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Activity } from '../src/data/types.ts';
import { feedLimit, mergeActivity } from '../src/lib/activity.ts';

function entry(id: number, summary = `entry ${id}`): Activity {
  return {
    id,
    supplier_id: 'supplier',
    client_id: null,
    actor_id: null,
    actor_name: null,
    kind: 'client_added',
    summary,
    created_at: '2027-06-01T12:00:00+00:00',
  };
}

test('an entry that was both read and delivered is there once, newest first', () => {
  const merged = mergeActivity([entry(3), entry(1)], [entry(4), entry(3)]);
  assert.deepEqual(
    merged.map((row) => row.id),
    [4, 3, 1],
  );
});

test('an entry delivered late still takes its place', () => {
  const merged = mergeActivity([entry(5), entry(2)], [entry(4)]);
  assert.deepEqual(
    merged.map((row) => row.id),
    [5, 4, 2],
  );
});

test('the feed keeps the newest and stays bounded', () => {
  const many = Array.from({ length: feedLimit + 20 }, (_, index) => entry(index + 1));
  const merged = mergeActivity(many, [entry(1000)]);
  assert.equal(merged.length, feedLimit);
  assert.equal(merged[0]?.id, 1000);
  assert.equal(merged.at(-1)?.id, 22);
});
