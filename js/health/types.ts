// What health tells.

/** How well something does; `unknown` while nobody can tell, as without a network. */
export type HealthState = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

/** How one check stands. */
export interface CheckStatus {
  name: string;
  status: HealthState;
  /** Since when, in milliseconds since 1970. */
  since: number;
  /** When it was last heard of, in milliseconds since 1970; `null` if never. */
  checked: number | null;
  /** Milliseconds of its last good answer; `null` if that was not measured. */
  latencyMs: number | null;
  /** What was said with it; `null` if nothing was. */
  message: string | null;
  /** Whether the dashboard is unhealthy without it. */
  critical: boolean;
}

/** How everything stands, as of the last event `status`. */
export interface HealthStatus {
  /** As `getOverallHealth` gives it. */
  overall: Exclude<HealthState, 'unknown'>;
  /** Whether it seems to be this device whose network is gone: nothing is known of what depends on it. */
  offline: boolean;
  /** Milliseconds between probes; `null` while nothing is monitored. */
  interval: number | null;
  /** By name. */
  checks: Readonly<Record<string, CheckStatus>>;
}

/** Something that somebody should know. */
export interface HealthAlert {
  /** Of which check; `network` if nothing can be reached. */
  name: string;
  /** `critical`: a critical check is unhealthy. `warning`: any other trouble. `info`: it is over. */
  severity: 'info' | 'warning' | 'critical';
  status: HealthState;
  /** How it was before. */
  previous: HealthState;
  /** What the check says; `null` if nothing. */
  message: string | null;
  /** When it was found, in milliseconds since 1970. */
  at: number;
  /** Milliseconds that the trouble has lasted. */
  lastedMs: number;
  /** Whether the trouble is over. */
  recovery: boolean;
  /** Whether it was told before, and is still so. */
  reminder: boolean;
  /** How many alerts of this trouble there were. */
  count: number;
}

/** How long something was how, in milliseconds, and how fast it answered. */
export interface HealthSpan {
  healthyMs: number;
  degradedMs: number;
  unhealthyMs: number;
  unknownMs: number;
  /** The share of the known time in which it was not unhealthy, from 0 to 1; `null` if nothing is known. */
  uptime: number | null;
  /** Milliseconds that answers took, within 6.25 per cent; `null` if none was measured. */
  latencyMs: { p50: number | null; p95: number | null; p99: number | null };
  /** How many answers were measured. */
  samples: number;
}

/** The past of a check. */
export interface HealthHistory {
  /** The last 24 hours. */
  day: HealthSpan;
  /** The last seven days. */
  week: HealthSpan;
  /** By hours, the oldest first; `start` in milliseconds since 1970. Hours of which nothing is known are left out. */
  hours: ({ start: number } & HealthSpan)[];
  /** The last 60 signals since the page was loaded, the oldest first. */
  recent: { at: number; latencyMs: number | null; ok: boolean }[];
}
