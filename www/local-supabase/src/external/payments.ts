import { Hono } from 'hono';
import { accountOf } from './account.js';
import type { Booking, Bookings } from './bookings.js';
import { addDays, type Day, draw, today, weekday } from './days.js';

interface Payment {
  id: string;
  date: Day;
  amountPence: number;
  from: string;
  kind: 'deposit' | 'balance';
  status: 'paid' | 'pending';
}

/** A deposit is a quarter of what a wedding costs, and is paid soon after the booking. */
const depositPercent = 25;
const depositAfterDays = 2;
/** The rest is due so long before the wedding. */
const balanceBeforeDays = 30;
/** So long after it was made, a payment can be paid out. */
const clearingDays = 3;
const thursday = 4;
const shownPayments = 8;

/** A payments service: deposits and balances of the bookings, paid out every Thursday. */
export function paymentRoutes(bookings: Bookings): Hono {
  const app = new Hono();

  app.get('/payouts', async (context) => {
    const account = accountOf(context);
    const now = today();
    const payments = (await bookings.of(account)).flatMap((booking) => paymentsOf(booking, now));
    payments.sort((one, other) =>
      one.date === other.date ? (one.id < other.id ? -1 : 1) : one.date < other.date ? 1 : -1,
    );
    const next = addDays(now, (thursday - weekday(now) + 7) % 7 || 7);
    const last = addDays(next, -7);
    const paid = payments.filter(
      ({ status, date }) => status === 'paid' && addDays(date, clearingDays) > last,
    );
    // What else has been paid: an account is hardly ever at zero.
    const available = sum(paid) + draw(`${account} ${last}`, 90_000);
    const pending = sum(payments.filter(({ status }) => status === 'pending'));
    return context.json({
      account,
      currency: 'GBP',
      balance: { availablePence: available, pendingPence: pending },
      nextPayout: available > 0 ? { date: next, amountPence: available } : null,
      payments: payments.slice(0, shownPayments),
    });
  });

  return app;
}

/** What has been paid for a booking until now. */
function paymentsOf(
  { id, couple, weddingDay, budgetPence, isCertain, addedDay }: Booking,
  now: Day,
): Payment[] {
  if (!isCertain || budgetPence === 0) return [];
  const deposit = Math.floor((budgetPence * depositPercent) / 100);
  const made: [Payment['kind'], Day | null, number][] = [
    ['deposit', addDays(addedDay, depositAfterDays), deposit],
    ['balance', weddingDay === null ? null : addDays(weddingDay, -balanceBeforeDays), budgetPence - deposit],
  ];
  return made.flatMap(([kind, date, amountPence]) => {
    if (date === null || date > now) return [];
    const status = addDays(date, clearingDays) > now ? ('pending' as const) : ('paid' as const);
    return [{ id: `${kind}-${id}`, date, amountPence, from: couple, kind, status }];
  });
}

function sum(payments: readonly Payment[]): number {
  return payments.reduce((total, { amountPence }) => total + amountPence, 0);
}
