import type { HealthHistory, HealthState } from '@wedsync/dashboard';
import { type StripHour, stripHours, stripOf, stripText, uptimeText } from '@/lib/health/past';

/** By height as well as by colour. */
const bars: Record<HealthState, { height: number; className: string }> = {
  healthy: { height: 22, className: 'fill-success' },
  degraded: { height: 15, className: 'fill-warning' },
  unhealthy: { height: 22, className: 'fill-danger' },
  unknown: { height: 3, className: 'fill-border' },
};

const height = 22;
const dayGap = 2;
const width = stripHours + 6 * dayGap;

/** The last seven days, an hour a bar. */
export function UptimeStrip({ history, now }: { history: HealthHistory | undefined; now: Date }) {
  const hours = stripOf(history?.hours ?? [], now.getTime());
  const text = history ? stripText(history) : 'Nothing is known yet of the last seven days.';
  return (
    <figure className="min-w-0">
      <svg
        role="img"
        aria-label={text}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        className="block h-8 w-full"
      >
        {hours.map((hour, index) => (
          <Bar key={hour.start} hour={hour} index={index} />
        ))}
      </svg>
      <figcaption aria-hidden className="mt-1.5 flex justify-between gap-3 text-xs text-muted">
        <span>
          7 days<span className="max-sm:sr-only"> ago</span>
        </span>
        <span className="tabular-nums">{history ? uptimeText(history) : 'Nothing known yet'}</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}

function Bar({ hour, index }: { hour: StripHour; index: number }) {
  const bar = bars[hour.state];
  // Days of 24 hours each, counted from now.
  const x = index + Math.floor(index / 24) * dayGap;
  return <rect x={x} y={height - bar.height} width={0.72} height={bar.height} className={bar.className} />;
}
