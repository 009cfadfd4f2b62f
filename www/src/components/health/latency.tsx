'use client';

import type { HealthHistory } from '@wedsync/dashboard';
import dynamic from 'next/dynamic';
import { useMemo } from 'react';
import { latencyOf, latencyText } from '@/lib/health/past';
import { formatInstant } from './latency-time';

// The library for charts is as large as a page: it comes when one is drawn.
const LatencyChart = dynamic(() => import('./latency-chart'), { ssr: false });

/** What answers took, drawn and in words. */
export function Latency({ history }: { history: HealthHistory | undefined }) {
  const series = useMemo(() => (history ? latencyOf(history) : null), [history]);
  const [first, last] = [series?.points[0], series?.points.at(-1)];
  return (
    <figure className="min-w-0">
      <figcaption className="sr-only">
        {history ? latencyText(history) : 'Nothing was measured yet.'}
      </figcaption>
      <div aria-hidden>
        {series === null || !first || !last ? (
          <p className="grid h-28 place-items-center rounded-xl border border-dashed border-border px-4 text-center text-xs text-muted">
            The first answer is drawn here, within a minute.
          </p>
        ) : (
          <>
            <div className="h-28">
              <LatencyChart series={series} />
            </div>
            <p className="mt-1.5 flex justify-between gap-3 text-xs text-muted tabular-nums">
              <span>{formatInstant(series.by, first.at)}</span>
              <span>{series.by === 'hours' ? 'by hours, median' : 'last answers'}</span>
              <span>{formatInstant(series.by, last.at)}</span>
            </p>
          </>
        )}
      </div>
    </figure>
  );
}
