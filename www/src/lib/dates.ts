const dayMilliseconds = 86_400_000;

const longDate = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
const mediumDate = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});
const shortMonth = new Intl.DateTimeFormat('en-GB', { month: 'short', timeZone: 'UTC' });
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone: 'UTC' });
const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' });

/** A calendar day, `YYYY-MM-DD`: it has no time zone, so it is never turned into an instant of the reader's zone. */
export type CalendarDay = string;

/** The reader's own calendar day at an instant. */
export function calendarDay(instant: Date): CalendarDay {
  const month = String(instant.getMonth() + 1).padStart(2, '0');
  const day = String(instant.getDate()).padStart(2, '0');
  return `${instant.getFullYear()}-${month}-${day}`;
}

function atUtcMidnight(day: CalendarDay): Date {
  return new Date(`${day}T00:00:00Z`);
}

/** Whether the text is a day that exists: `2027-02-30` does not. */
export function isCalendarDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const instant = atUtcMidnight(text);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(text);
}

export function daysBetween(from: CalendarDay, to: CalendarDay): number {
  return Math.round((atUtcMidnight(to).getTime() - atUtcMidnight(from).getTime()) / dayMilliseconds);
}

export function addDays(day: CalendarDay, days: number): CalendarDay {
  return new Date(atUtcMidnight(day).getTime() + days * dayMilliseconds).toISOString().slice(0, 10);
}

/** `Saturday 6 June 2026` */
export function formatLongDate(day: CalendarDay): string {
  return longDate.format(atUtcMidnight(day)).replace(',', '');
}

/** `6 Jun 2026` */
export function formatMediumDate(day: CalendarDay): string {
  return mediumDate.format(atUtcMidnight(day));
}

/** The parts of a date leaf. */
export function dateLeaf(day: CalendarDay): { day: string; month: string; weekday: string; year: string } {
  const instant = atUtcMidnight(day);
  return {
    day: String(instant.getUTCDate()),
    month: shortMonth.format(instant),
    weekday: weekday.format(instant),
    year: String(instant.getUTCFullYear()),
  };
}

/** `today`, `tomorrow`, `in 12 days`, `in 5 weeks`, `in 7 months` */
export function formatCountdown(today: CalendarDay, day: CalendarDay): string {
  const days = daysBetween(today, day);
  if (Math.abs(days) < 21) return relative.format(days, 'day');
  if (Math.abs(days) < 90) return relative.format(Math.round(days / 7), 'week');
  return relative.format(Math.round(days / 30.44), 'month');
}

/** `just now`, `4 minutes ago`, `yesterday`; an instant slightly ahead (a clock that is off) counts as now. */
export function formatAgo(now: Date, instant: Date): string {
  const seconds = Math.round((instant.getTime() - now.getTime()) / 1000);
  if (seconds > -45) return 'just now';
  const minutes = Math.round(seconds / 60);
  if (minutes > -60) return relative.format(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  if (hours > -24) return relative.format(hours, 'hour');
  const days = Math.round(hours / 24);
  if (days > -30) return relative.format(days, 'day');
  return formatMediumDate(calendarDay(instant));
}

/** `6 June 2026 at 14:05`, in the reader's zone. */
export function formatMoment(instant: Date): string {
  return moment.format(instant);
}

/** `Good morning`, by the reader's clock. */
export function greeting(now: Date): string {
  const hour = now.getHours();
  if (hour < 5 || hour >= 18) return 'Good evening';
  return hour < 12 ? 'Good morning' : 'Good afternoon';
}
