import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addDays,
  calendarDay,
  dateLeaf,
  daysBetween,
  formatAgo,
  formatCountdown,
  formatLongDate,
  greeting,
  isCalendarDay,
} from '../src/lib/dates.ts';

test('a calendar day is the reader’s own, not the one in Greenwich', () => {
  assert.equal(calendarDay(new Date(2027, 5, 6, 0, 30)), '2027-06-06');
  assert.equal(calendarDay(new Date(2027, 5, 6, 23, 30)), '2027-06-06');
});

test('only days that exist are calendar days', () => {
  assert.equal(isCalendarDay('2028-02-29'), true);
  assert.equal(isCalendarDay('2027-02-29'), false);
  assert.equal(isCalendarDay('2027-13-01'), false);
  assert.equal(isCalendarDay('06/06/2027'), false);
});

test('days are counted over the change of clocks', () => {
  assert.equal(daysBetween('2027-03-27', '2027-03-29'), 2);
  assert.equal(daysBetween('2027-10-30', '2027-11-01'), 2);
  assert.equal(addDays('2027-12-31', 1), '2028-01-01');
});

test('a date is written the British way', () => {
  assert.equal(formatLongDate('2026-06-06'), 'Saturday 6 June 2026');
  assert.deepEqual(dateLeaf('2026-06-06'), { day: '6', month: 'Jun', weekday: 'Saturday', year: '2026' });
});

test('a countdown is as exact as it is near', () => {
  assert.equal(formatCountdown('2027-06-01', '2027-06-01'), 'today');
  assert.equal(formatCountdown('2027-06-01', '2027-06-02'), 'tomorrow');
  assert.equal(formatCountdown('2027-06-01', '2027-06-13'), 'in 12 days');
  assert.equal(formatCountdown('2027-06-01', '2027-07-06'), 'in 5 weeks');
  assert.equal(formatCountdown('2027-06-01', '2028-01-01'), 'in 7 months');
});

test('an entry’s age is told in its largest unit', () => {
  const now = new Date('2027-06-01T12:00:00Z');
  const ago = (seconds: number) => formatAgo(now, new Date(now.getTime() - seconds * 1000));
  assert.equal(ago(-30), 'just now');
  assert.equal(ago(10), 'just now');
  assert.equal(ago(240), '4 minutes ago');
  assert.equal(ago(3 * 3600), '3 hours ago');
  assert.equal(ago(86_400), 'yesterday');
  assert.match(ago(40 * 86_400), /^2\d Apr 2027$/);
});

test('the greeting follows the reader’s clock', () => {
  assert.equal(greeting(new Date(2027, 0, 1, 8)), 'Good morning');
  assert.equal(greeting(new Date(2027, 0, 1, 12)), 'Good afternoon');
  assert.equal(greeting(new Date(2027, 0, 1, 19)), 'Good evening');
  assert.equal(greeting(new Date(2027, 0, 1, 2)), 'Good evening');
});
