'use client';

import { useMemo } from 'react';
import { useAvailability } from '@/data/services';
import { type Availability, type CalendarSummary, summariseCalendar } from '@/lib/availability';
import { type CalendarDay, dateLeaf, formatCountdown } from '@/lib/dates';
import { Panel } from '../dashboard/panel';
import { Freshness } from './freshness';
import { MonthStrip } from './month-strip';
import { ServicePlaceholder } from './service-placeholder';

const shown = 5;

/** When the supplier is free and when not, as their calendar service has it. */
export function CalendarPanel({ today }: { today: CalendarDay }) {
  const { value: days, age, error, isUnreadable } = useAvailability();
  const summary = useMemo(() => (days === null ? null : summariseCalendar(days, today)), [days, today]);
  return (
    <Panel title="Your calendar" aside={<Freshness age={age} error={error} />}>
      {days === null || summary === null ? (
        <ServicePlaceholder label="Loading the calendar" failed={error !== null} unreadable={isUnreadable} />
      ) : (
        <div className="grid gap-x-8 gap-y-6 px-5 pb-6 sm:grid-cols-[minmax(0,1fr)_auto] sm:px-6">
          <Words summary={summary} today={today} />
          <MonthStrip days={days} summary={summary} today={today} />
        </div>
      )}
    </Panel>
  );
}

function Words({ summary, today }: { summary: CalendarSummary; today: CalendarDay }) {
  const next = summary.nextFreeSaturday ?? summary.nextFree;
  return (
    <div className="min-w-0">
      <p className="text-sm text-muted">
        {summary.nextFreeSaturday ? 'Next free Saturday' : 'Next free day'}
      </p>
      <p className="mt-1 font-display text-2xl leading-tight tracking-tight">
        {next ? longDay(next.date) : 'None in these weeks'}
      </p>
      {next ? <p className="mt-0.5 text-sm text-muted">{formatCountdown(today, next.date)}</p> : null}
      <h3 className="mt-5 text-sm text-muted">Next booked or held</h3>
      {summary.taken.length === 0 ? (
        <p className="mt-1 text-sm">Nothing in these weeks.</p>
      ) : (
        <ul className="mt-1.5 grid gap-1.5">
          {summary.taken.slice(0, shown).map((day) => (
            <Taken key={day.date} day={day} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Taken({ day }: { day: Availability }) {
  return (
    <li className="flex items-baseline gap-2.5 text-sm leading-5">
      <time dateTime={day.date} className="w-24 shrink-0 tabular-nums">
        {shortDay(day.date)}
      </time>
      <span className="min-w-0 truncate">{day.title ?? 'Taken'}</span>
      {day.availability === 'held' ? <span className="shrink-0 text-xs text-muted">held</span> : null}
    </li>
  );
}

/** `Saturday 6 Jun` */
function longDay(day: CalendarDay): string {
  const leaf = dateLeaf(day);
  return `${leaf.weekday} ${leaf.day} ${leaf.month}`;
}

/** `Sat 6 Jun` */
function shortDay(day: CalendarDay): string {
  const leaf = dateLeaf(day);
  return `${leaf.weekday.slice(0, 3)} ${leaf.day} ${leaf.month}`;
}
