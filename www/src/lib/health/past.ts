import type { HealthHistory, HealthSpan, HealthState } from '@wedsync/dashboard';
import { formatDuration } from '../durations.ts';

const hour = 3_600_000;
/** Shorter than this, trouble does not colour an hour, in milliseconds. */
const leastTrouble = 60_000;
/** So many hours with answers are a better picture than the last answers alone. */
const enoughHours = 6;

/** Hours of the strip: seven days. */
export const stripHours = 168;

/** An hour of the strip. */
export interface StripHour {
  start: number;
  state: HealthState;
}

/** The last seven days by hours, the oldest first and the present one last. */
export function stripOf(hours: HealthHistory['hours'], now: number): StripHour[] {
  const known = new Map(hours.map((span) => [Math.floor(span.start / hour), span]));
  const present = Math.floor(now / hour);
  return Array.from({ length: stripHours }, (_, index) => {
    const at = present - stripHours + 1 + index;
    const span = known.get(at);
    return { start: at * hour, state: span ? stateOf(span) : 'unknown' };
  });
}

function stateOf(span: HealthSpan): HealthState {
  const { healthyMs, degradedMs, unhealthyMs } = span;
  const known = knownMs(span);
  if (known === 0) return 'unknown';
  const least = Math.min(leastTrouble, known / 2);
  if (unhealthyMs >= least && unhealthyMs > 0) return 'unhealthy';
  return unhealthyMs + degradedMs >= least && known > healthyMs ? 'degraded' : 'healthy';
}

/** The strip in as few words as fit below it. */
export function uptimeText({ week }: HealthHistory): string {
  const known = knownMs(week);
  if (week.uptime === null || known < 1_000) return 'Nothing known yet';
  return `${formatShare(week.uptime)} up, of ${formatDuration(known)} known`;
}

function knownMs({ healthyMs, degradedMs, unhealthyMs }: HealthSpan): number {
  return healthyMs + degradedMs + unhealthyMs;
}

/** The strip in words. */
export function stripText({ week }: HealthHistory): string {
  const known = knownMs(week);
  if (week.uptime === null || known < 1_000) return 'Nothing is known yet of the last seven days.';
  const trouble = [
    week.unhealthyMs >= 1_000 ? `down for ${formatDuration(week.unhealthyMs)}` : null,
    week.degradedMs >= 1_000 ? `degraded for ${formatDuration(week.degradedMs)}` : null,
  ].filter((part) => part !== null);
  const up = `Up ${formatShare(week.uptime)} of the ${formatDuration(known)} known of the last seven days`;
  return `${[up, ...trouble].join(', ')}.`;
}

/** `100%`, `99.98%`, `97.1%`, `0%`: never 100 where something was down. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (share >= 1) return '100%';
  if (share <= 0) return '0%';
  const digits = percent > 99 ? 2 : 1;
  const step = 10 ** digits;
  return `${(Math.floor(percent * step) / step).toFixed(digits)}%`;
}

/** A point of the latency chart, in milliseconds. */
export interface LatencyPoint {
  at: number;
  /** What an answer took, or the median of an hour; `null` where there was none. */
  typical: number | null;
  /** 95 of 100 answers of an hour took at most as long; `null` for a single one. */
  slow: number | null;
  /** It failed: drawn on the ground line. */
  failed: 0 | null;
}

/** What the latency chart shows: hours once there are some, before that the last answers. */
export interface LatencySeries {
  by: 'answers' | 'hours';
  points: LatencyPoint[];
}

export function latencyOf({ hours, recent }: HealthHistory): LatencySeries {
  const measured = hours.filter(({ latencyMs }) => latencyMs.p50 !== null);
  if (measured.length >= enoughHours) {
    const points = measured.slice(-stripHours).map(({ start, latencyMs: { p50, p95 }, unhealthyMs }) => ({
      at: start,
      typical: p50,
      slow: p95,
      failed: unhealthyMs >= leastTrouble ? (0 as const) : null,
    }));
    return { by: 'hours', points };
  }
  const points = recent
    .filter(({ latencyMs, ok }) => latencyMs !== null || !ok)
    .map(({ at, latencyMs, ok }) => ({
      at,
      typical: ok ? latencyMs : null,
      slow: null,
      failed: ok ? null : (0 as const),
    }));
  return { by: 'answers', points };
}

/** The chart in words. */
export function latencyText({ day }: HealthHistory): string {
  const { p50, p95 } = day.latencyMs;
  if (p50 === null) return 'No answer was measured in the last 24 hours.';
  const answers = `${day.samples} answer${day.samples === 1 ? '' : 's'}`;
  return `Of ${answers} in the last 24 hours, half took at most ${p50} ms${p95 === null ? '' : `, and 95 of 100 at most ${p95} ms`}.`;
}
