import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Payment, readPayouts } from '../src/lib/payouts.ts';

const payment: Payment = {
  id: 'deposit-1',
  date: '2026-06-04',
  amountPence: 125_000,
  from: 'Ada & Grace',
  kind: 'deposit',
  status: 'paid',
};

const answer = {
  account: 'a',
  currency: 'GBP',
  balance: { availablePence: 90_050, pendingPence: 0 },
  nextPayout: { date: '2026-06-11', amountPence: 90_050 },
  payments: [payment],
};

test('a provider’s answer is read', () => {
  assert.deepEqual(readPayouts(answer), {
    availablePence: 90_050,
    pendingPence: 0,
    nextPayout: { date: '2026-06-11', amountPence: 90_050 },
    payments: [payment],
  });
  assert.equal(readPayouts({ ...answer, nextPayout: null })?.nextPayout, null);
});

test('sums that are none, or of another currency, are never shown as pounds', () => {
  for (const data of [
    undefined,
    null,
    [],
    { ...answer, currency: 'EUR' },
    { ...answer, balance: { availablePence: '90050', pendingPence: 0 } },
    { ...answer, balance: { availablePence: 0.5, pendingPence: 0 } },
    { ...answer, payments: null },
    { ...answer, payments: [{ ...payment, amountPence: Number.NaN }] },
    { ...answer, payments: [{ ...payment, date: 'yesterday' }] },
    { ...answer, payments: [{ ...payment, kind: 'refund' }] },
    { ...answer, payments: [{ ...payment, status: 'lost' }] },
  ]) {
    assert.equal(readPayouts(data), null, JSON.stringify(data));
  }
});
