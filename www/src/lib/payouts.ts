import { type CalendarDay, isCalendarDay } from './dates.ts';

export interface Payment {
  id: string;
  date: CalendarDay;
  amountPence: number;
  from: string;
  kind: 'deposit' | 'balance';
  status: 'paid' | 'pending';
}

/** What the payments provider holds for the supplier, and what it has been paid. */
export interface Payouts {
  availablePence: number;
  /** Paid, and not yet there to be paid out. */
  pendingPence: number;
  nextPayout: { date: CalendarDay; amountPence: number } | null;
  /** The newest first. */
  payments: Payment[];
}

/** The payouts of the provider's answer; `null` for one that it never gives, in another currency for example. */
export function readPayouts(data: unknown): Payouts | null {
  const { currency, balance, nextPayout, payments } = Object(data) as Record<string, unknown>;
  const { availablePence, pendingPence } = Object(balance) as Record<string, unknown>;
  if (currency !== 'GBP' || !isPence(availablePence) || !isPence(pendingPence)) return null;
  if (!Array.isArray(payments)) return null;
  const read = payments.map(readPayment);
  if (!read.every((payment) => payment !== null)) return null;
  return { availablePence, pendingPence, nextPayout: readNext(nextPayout), payments: read };
}

function readNext(next: unknown): Payouts['nextPayout'] {
  const { date, amountPence } = Object(next) as Record<string, unknown>;
  return isDay(date) && isPence(amountPence) ? { date, amountPence } : null;
}

function readPayment(payment: unknown): Payment | null {
  const { id, date, amountPence, from, kind, status } = Object(payment) as Record<string, unknown>;
  if (typeof id !== 'string' || typeof from !== 'string' || !isDay(date) || !isPence(amountPence))
    return null;
  if (kind !== 'deposit' && kind !== 'balance') return null;
  if (status !== 'paid' && status !== 'pending') return null;
  return { id, date, amountPence, from, kind, status };
}

function isPence(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

function isDay(value: unknown): value is CalendarDay {
  return typeof value === 'string' && isCalendarDay(value);
}
