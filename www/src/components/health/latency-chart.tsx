'use client';

import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { LatencySeries } from '@/lib/health/past';
import { formatInstant } from './latency-time';

const tick = { fill: 'var(--muted)', fontSize: 11 };

/** What answers took. A picture: its words are beside it. Nothing moves, since it is drawn anew with each answer. */
export default function LatencyChart({ series }: { series: LatencySeries }) {
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 320, height: 112 }}>
      <ComposedChart
        data={series.points}
        accessibilityLayer={false}
        margin={{ top: 6, right: 4, bottom: 8, left: 0 }}
      >
        <CartesianGrid vertical={false} stroke="var(--separator)" />
        <XAxis dataKey="at" type="number" scale="time" domain={['dataMin', 'dataMax']} hide />
        <YAxis
          width={52}
          tick={tick}
          tickFormatter={(latency: number) => `${latency}\u00a0ms`}
          tickLine={false}
          axisLine={false}
          tickCount={3}
          allowDecimals={false}
          domain={[0, 'auto']}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: 'var(--border)' }}
          content={({ active, payload, label }) => {
            const point = payload?.[0]?.payload as LatencySeries['points'][number] | undefined;
            if (!active || !point) return null;
            return (
              <p className="rounded-lg border border-border bg-overlay px-2.5 py-1.5 text-xs shadow-md">
                <span className="text-muted">{formatInstant(series.by, Number(label))}: </span>
                {point.typical === null ? 'no answer' : `${point.typical} ms`}
                {point.slow === null ? '' : `, slowest 5% over ${point.slow} ms`}
              </p>
            );
          }}
        />
        {series.by === 'hours' ? (
          <Line
            dataKey="slow"
            stroke="var(--muted)"
            strokeWidth={1}
            strokeDasharray="3 3"
            dot={false}
            isAnimationActive={false}
          />
        ) : null}
        <Area
          dataKey="typical"
          stroke="var(--accent)"
          strokeWidth={1.75}
          fill="var(--accent)"
          fillOpacity={0.1}
          dot={series.points.length < 3 ? { r: 2.5, fill: 'var(--accent)', stroke: 'none' } : false}
          activeDot={{ r: 3, fill: 'var(--accent)', stroke: 'none' }}
          isAnimationActive={false}
        />
        <Line
          dataKey="failed"
          stroke="none"
          dot={{ r: 2.5, fill: 'var(--danger)', stroke: 'none' }}
          activeDot={false}
          isAnimationActive={false}
        />
      </ComposedChart>
    </ResponsiveContainer>
  );
}
