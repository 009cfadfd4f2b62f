import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineClient } from '../src/data/types.ts';
import { summarise } from '../src/lib/overview.ts';

const now = new Date('2027-06-01T12:00:00Z');

function client(change: Partial<PipelineClient>): PipelineClient {
  return {
    id: change.name ?? 'someone',
    name: 'Someone',
    partner_name: null,
    wedding_date: null,
    venue: null,
    guest_count: null,
    budget_pence: null,
    status: 'enquiry',
    created_at: '2027-01-01T00:00:00+00:00',
    ...change,
  };
}

test('an empty book sums up to nothing', () => {
  const overview = summarise([], now, '2027-06-01');
  assert.deepEqual(overview, {
    enquiries: 0,
    enquiriesThisWeek: 0,
    booked: 0,
    upcoming: 0,
    bookedPence: 0,
    bookedWithoutBudget: 0,
    weddings: [],
  });
});

test('weddings count from today to the ninetieth day, and booked ones only', () => {
  const booked = (name: string, wedding_date: string | null) =>
    client({ name, wedding_date, status: 'booked' });
  const overview = summarise(
    [
      booked('ninety-first day', '2027-08-31'),
      booked('ninetieth day', '2027-08-30'),
      booked('yesterday', '2027-05-31'),
      booked('today', '2027-06-01'),
      booked('no date', null),
      client({ name: 'asked only', wedding_date: '2027-06-10' }),
    ],
    now,
    '2027-06-01',
  );
  assert.equal(overview.booked, 5);
  assert.equal(overview.upcoming, 2);
  assert.deepEqual(
    overview.weddings.map((wedding) => wedding.name),
    ['today', 'ninetieth day', 'ninety-first day'],
  );
});

test('the booked value is the sum of booked budgets and says what it leaves out', () => {
  const overview = summarise(
    [
      client({ status: 'booked', budget_pence: 1_000_050 }),
      client({ status: 'booked', budget_pence: 200_000 }),
      client({ status: 'booked' }),
      client({ budget_pence: 999_999 }),
    ],
    now,
    '2027-06-01',
  );
  assert.equal(overview.bookedPence, 1_200_050);
  assert.equal(overview.bookedWithoutBudget, 1);
});

test('new enquiries of the last seven days are told apart', () => {
  const overview = summarise(
    [
      client({ created_at: '2027-05-26T12:00:00+00:00' }),
      client({ created_at: '2027-05-25T11:59:59+00:00' }),
      client({ status: 'booked', created_at: '2027-06-01T08:00:00+00:00' }),
    ],
    now,
    '2027-06-01',
  );
  assert.equal(overview.enquiries, 2);
  assert.equal(overview.enquiriesThisWeek, 1);
});
