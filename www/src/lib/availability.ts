import { type CalendarDay, isCalendarDay } from './dates.ts';

/** A day of the supplier's calendar. */
export interface Availability {
  date: CalendarDay;
  availability: 'booked' | 'held' | 'free';
  /** What it is for, unless it is free. */
  title: string | null;
}

/** What a supplier wants to know of the weeks ahead. */
export interface CalendarSummary {
  booked: number;
  held: number;
  free: number;
  /** Most weddings are on one. */
  nextFreeSaturday: Availability | null;
  nextFree: Availability | null;
  /** The next days that something is on, the soonest first. */
  taken: Availability[];
}

const saturday = 6;

/** The days of the calendar's answer; `null` for one that it never gives. */
export function readAvailability(data: unknown): Availability[] | null {
  const { days } = Object(data) as { days?: unknown };
  if (!Array.isArray(days)) return null;
  const read = days.map(readDay);
  return read.every((day) => day !== null) && read.length > 0 ? read : null;
}

function readDay(day: unknown): Availability | null {
  const { date, availability, title } = Object(day) as Record<string, unknown>;
  if (typeof date !== 'string' || !isCalendarDay(date)) return null;
  if (availability !== 'booked' && availability !== 'held' && availability !== 'free') return null;
  return { date, availability, title: typeof title === 'string' ? title : null };
}

/** Sums up the days from `today` on: a page may have been open since yesterday. */
export function summariseCalendar(days: readonly Availability[], today: CalendarDay): CalendarSummary {
  const ahead = days.filter(({ date }) => date >= today);
  const count = (which: Availability['availability']) =>
    ahead.filter(({ availability }) => availability === which).length;
  const free = ahead.filter(({ availability }) => availability === 'free');
  return {
    booked: count('booked'),
    held: count('held'),
    free: free.length,
    nextFreeSaturday: free.find(({ date }) => weekdayOf(date) === saturday) ?? null,
    nextFree: free[0] ?? null,
    taken: ahead.filter(({ availability }) => availability !== 'free'),
  };
}

/** 0 for Sunday to 6 for Saturday. */
export function weekdayOf(date: CalendarDay): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay();
}
