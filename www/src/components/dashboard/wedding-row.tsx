import { MapPin, Users } from 'lucide-react';
import type { PipelineClient } from '@/data/types';
import { coupleName } from '@/lib/couple';
import { type CalendarDay, dateLeaf, daysBetween, formatCountdown } from '@/lib/dates';
import { formatPence } from '@/lib/money';

/** From here on a wedding is close enough to stand out. */
const soonDays = 14;

export function WeddingRow({ wedding, today }: { wedding: PipelineClient; today: CalendarDay }) {
  const date = wedding.wedding_date;
  if (date === null) return null;
  const leaf = dateLeaf(date);
  const soon = daysBetween(today, date) <= soonDays;
  return (
    <li className="flex items-center gap-4 border-t border-separator px-5 py-4 sm:gap-5 sm:px-6">
      <time
        dateTime={date}
        className={`flex w-14 shrink-0 flex-col items-center rounded-xl py-2 leading-none ${
          soon
            ? 'bg-accent text-accent-foreground dark:bg-accent-soft dark:text-accent-soft-foreground'
            : 'bg-default text-default-foreground'
        }`}
      >
        <span className="text-[0.6875rem] font-medium tracking-wide uppercase">{leaf.month}</span>
        <span className="mt-1 font-display text-2xl leading-none tabular-nums">{leaf.day}</span>
        <span className="sr-only">{leaf.year}</span>
      </time>
      <div className="min-w-0 grow">
        <h3 className="leading-6 font-medium text-pretty">{coupleName(wedding)}</h3>
        <p className="mt-0.5 flex flex-wrap items-center gap-x-4 gap-y-0.5 text-sm text-muted">
          <span className={`w-full sm:hidden ${soon ? 'font-medium text-accent' : 'text-foreground'}`}>
            {formatCountdown(today, date)}
          </span>
          {wedding.venue ? (
            <span className="inline-flex min-w-0 items-center gap-1.5">
              <MapPin aria-hidden className="size-3.5 shrink-0" />
              <span className="sr-only">Venue: </span>
              <span className="truncate">{wedding.venue}</span>
            </span>
          ) : null}
          {wedding.guest_count === null ? null : (
            <span className="inline-flex items-center gap-1.5">
              <Users aria-hidden className="size-3.5 shrink-0" />
              {wedding.guest_count} guests
            </span>
          )}
        </p>
      </div>
      <div className="hidden shrink-0 text-right text-sm sm:block">
        <p className={soon ? 'font-medium text-accent' : 'text-foreground'}>
          {leaf.weekday}, {formatCountdown(today, date)}
        </p>
        <p className="mt-0.5 text-muted tabular-nums">
          {wedding.budget_pence === null ? 'No budget yet' : formatPence(wedding.budget_pence)}
        </p>
      </div>
    </li>
  );
}
