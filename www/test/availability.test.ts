import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Availability,
  readAvailability,
  summariseCalendar,
  weekdayOf,
} from '../src/lib/availability.ts';

const days: Availability[] = [
  { date: '2026-06-04', availability: 'booked', title: 'Maintenance' },
  { date: '2026-06-05', availability: 'free', title: null },
  { date: '2026-06-06', availability: 'held', title: 'Ada & Grace' },
  { date: '2026-06-07', availability: 'free', title: null },
  { date: '2026-06-13', availability: 'free', title: null },
];

test('the weeks ahead in a few words', () => {
  const summary = summariseCalendar(days, '2026-06-05');
  assert.deepEqual([summary.booked, summary.held, summary.free], [0, 1, 3]);
  assert.equal(summary.nextFree?.date, '2026-06-05');
  assert.equal(summary.nextFreeSaturday?.date, '2026-06-13');
  assert.deepEqual(
    summary.taken.map(({ title }) => title),
    ['Ada & Grace'],
  );
  assert.equal(summariseCalendar(days, '2026-06-14').nextFree, null);
});

test('a day of the week is that of the calendar, wherever the reader is', () => {
  assert.equal(weekdayOf('2026-06-06'), 6);
  assert.equal(weekdayOf('2026-06-07'), 0);
});

test('another company’s answer is read with care', () => {
  assert.deepEqual(readAvailability({ account: 'a', days }), days);
  const bare = readAvailability({ days: [{ date: '2026-06-06', availability: 'held', title: 7 }] });
  assert.deepEqual(bare, [{ date: '2026-06-06', availability: 'held', title: null }]);
  for (const data of [
    undefined,
    null,
    'days',
    {},
    { days: {} },
    { days: [] },
    { days: [null] },
    { days: [{ date: '2026-02-30', availability: 'free' }] },
    { days: [{ date: '2026-06-06', availability: 'perhaps' }] },
  ]) {
    assert.equal(readAvailability(data), null, JSON.stringify(data));
  }
});
