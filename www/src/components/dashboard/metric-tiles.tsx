import { type CalendarDay, formatCountdown } from '@/lib/dates';
import { formatPoundsRounded } from '@/lib/money';
import { type Overview, upcomingDays } from '@/lib/overview';

/** The four numbers, as one sheet ruled into four. */
export function MetricTiles({ overview, today }: { overview: Overview; today: CalendarDay }) {
  const next = overview.weddings[0]?.wedding_date;
  const tiles = [
    {
      label: 'New enquiries',
      value: String(overview.enquiries),
      note:
        overview.enquiriesThisWeek > 0
          ? `${overview.enquiriesThisWeek} in the last 7 days`
          : 'None this week',
    },
    {
      label: 'Booked weddings',
      value: String(overview.booked),
      note: next ? `Next one ${formatCountdown(today, next)}` : 'None ahead',
    },
    {
      label: `Next ${upcomingDays} days`,
      value: String(overview.upcoming),
      note: overview.upcoming === 1 ? 'wedding coming up' : 'weddings coming up',
    },
    {
      label: 'Booked value',
      value: formatPoundsRounded(overview.bookedPence),
      note:
        overview.bookedWithoutBudget > 0
          ? `${overview.bookedWithoutBudget} without a budget yet`
          : overview.booked > 0
            ? 'Across all booked weddings'
            : 'Nothing booked yet',
    },
  ];
  return (
    <section aria-labelledby="numbers" className="mt-7">
      <h2 id="numbers" className="sr-only">
        At a glance
      </h2>
      <dl className="panel grid grid-cols-2 gap-px overflow-hidden bg-separator lg:grid-cols-4">
        {tiles.map((tile) => (
          <div key={tile.label} className="flex min-w-0 flex-col bg-surface p-4 sm:p-6">
            <dt className="text-sm text-muted">{tile.label}</dt>
            <dd className="mt-3 font-display text-[1.75rem] leading-none tracking-tight tabular-nums sm:text-4xl">
              {tile.value}
            </dd>
            <dd className="mt-2.5 text-xs leading-4 text-muted">{tile.note}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
