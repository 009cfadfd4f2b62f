import { Hono } from 'hono';
import { accountOf, refuse } from './account.js';
import type { Booking, Bookings } from './bookings.js';
import { addDays, type Day, draw, isDay, today, weekday } from './days.js';

type Availability = 'booked' | 'held' | 'free';

interface CalendarDay {
  date: Day;
  availability: Availability;
  /** What the day is for, unless it is free. */
  title: string | null;
}

const saturday = 6;
const mostDays = 366;

/** A calendar service: weddings are booked, enquiries hold their day, and some days have something else in them. */
export function calendarRoutes(bookings: Bookings): Hono {
  const app = new Hono();

  app.get('/availability', async (context) => {
    const { from = today(), days = '30' } = context.req.query();
    if (!isDay(from)) return refuse(context, 400, 'invalid_from', '"from" must be a day as 2027-05-29');
    const count = /^\d{1,3}$/.test(days) ? Number(days) : 0;
    if (count < 1 || count > mostDays) {
      return refuse(context, 400, 'invalid_days', `"days" must be a whole number from 1 to ${mostDays}`);
    }
    const account = accountOf(context);
    const weddings = await bookings.of(account);
    const dates = Array.from({ length: count }, (_, index) => addDays(from, index));
    return context.json({ account, days: dates.map((date) => calendarDay(date, account, weddings)) });
  });

  return app;
}

function calendarDay(date: Day, account: string, weddings: readonly Booking[]): CalendarDay {
  const thatDay = weddings.filter(({ weddingDay }) => weddingDay === date);
  const certain = thatDay.find(({ isCertain }) => isCertain);
  if (certain !== undefined) return { date, availability: 'booked', title: certain.couple };
  const [held] = thatDay;
  if (held !== undefined) return { date, availability: 'held', title: held.couple };
  return otherDay(date, account);
}

/** What else happens at a venue: always the same on the same day. */
function otherDay(date: Day, account: string): CalendarDay {
  const chance = draw(`${account} ${date}`, 100);
  if (weekday(date) === saturday) {
    return chance < 15
      ? { date, availability: 'held', title: 'Provisional hold' }
      : { date, availability: 'free', title: null };
  }
  if (chance < 8) return { date, availability: 'booked', title: 'Company away day' };
  if (chance < 14) return { date, availability: 'booked', title: 'Maintenance' };
  if (chance < 24) return { date, availability: 'held', title: 'Viewing' };
  return { date, availability: 'free', title: null };
}
