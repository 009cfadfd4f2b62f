import type { CheckStatus, HealthHistory } from '@wedsync/dashboard';
import { type ReactNode, useId } from 'react';
import { formatAgo, formatMoment } from '@/lib/dates';
import { formatDuration } from '@/lib/durations';
import { checkWords } from '@/lib/health/words';
import { Latency } from './latency';
import { StateBadge } from './state-badge';
import { UptimeStrip } from './uptime-strip';

interface CheckCardProps {
  check: CheckStatus;
  history: HealthHistory | undefined;
  now: Date;
}

/** One thing that the dashboard depends on: how it is, since when, and how it was for a week. */
export function CheckCard({ check, history, now }: CheckCardProps) {
  const id = useId();
  const { name, status, since, checked, latencyMs, message } = check;
  const { title, about } = checkWords(name);
  return (
    <section
      aria-labelledby={id}
      data-testid="health-check"
      data-check={name}
      data-state={status}
      className="panel flex min-w-0 flex-col gap-5 p-5 sm:p-6"
    >
      <div className="flex items-start justify-between gap-4">
        <div className="min-w-0">
          <h3 id={id} className="font-display text-xl leading-7">
            {title}
          </h3>
          <p className="text-sm text-muted">{about}</p>
        </div>
        <StateBadge state={status} />
      </div>
      <dl className="grid grid-cols-3 gap-4 text-sm">
        <Fact term="Answers in">{latencyMs === null ? 'not measured' : `${latencyMs} ms`}</Fact>
        <Fact term="Last heard">{checked === null ? 'not yet' : <Ago now={now} at={checked} />}</Fact>
        <Fact term="Like this">{checked === null ? 'unknown' : <Since now={now} at={since} />}</Fact>
      </dl>
      {message ? (
        <p className="rounded-xl bg-surface-secondary px-3.5 py-2.5 text-sm leading-5 text-pretty wrap-anywhere">
          {message}
        </p>
      ) : null}
      <UptimeStrip history={history} now={now} />
      <Latency history={history} />
    </section>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{term}</dt>
      <dd className="mt-0.5 tabular-nums">{children}</dd>
    </div>
  );
}

function Ago({ now, at }: { now: Date; at: number }) {
  const instant = new Date(at);
  return (
    <time dateTime={instant.toISOString()} title={formatMoment(instant)}>
      {formatAgo(now, instant)}
    </time>
  );
}

function Since({ now, at }: { now: Date; at: number }) {
  const lasted = now.getTime() - at;
  return <>{lasted < 10_000 ? 'for a moment' : `for ${formatDuration(lasted)}`}</>;
}
