// What breakers and retries tell.

/** What a breaker lets through: all calls, none, a few probes, or none because it was isolated by hand. */
export type BreakerState = 'closed' | 'open' | 'half-open' | 'isolated';

/** What a breaker tells. */
export type BreakerEvent =
  | {
      type: 'state';
      /** The breaker's name. */
      name: string;
      from: BreakerState;
      to: BreakerState;
      /** Counts its changes; the result of a call that began in an earlier one is ignored. */
      generation: number;
      /**
       * Why. `failures`, `slow`: too many calls were. `elapsed`: the open time is over. `probe-failed`, `probe-timeout`, `recovered`: how
       * its probes have ended. `isolated`, `reset`: by hand. `shared`: another tab, or the page before this one, has told.
       */
      reason:
        | 'failures'
        | 'slow'
        | 'elapsed'
        | 'probe-failed'
        | 'probe-timeout'
        | 'recovered'
        | 'isolated'
        | 'reset'
        | 'shared';
      /** Milliseconds until a probe is let through; only where it opens. */
      retryAfter?: number;
    }
  | {
      type: 'rejected';
      name: string;
      /** How many calls since the last of these. */
      count: number;
    }
  | { type: 'probe'; name: string; generation: number };

/** What a breaker counts. */
export interface BreakerMetrics {
  state: BreakerState;
  /** Failures that its detector counts at the moment. */
  failureCount: number;
  /** Calls that have succeeded since it was made. */
  successCount: number;
  /** Calls that have failed since it was made. */
  totalFailures: number;
  /** Calls that it has refused. */
  rejectedCount: number;
  /** How often it has opened in a row, without having been closed in between. */
  openings: number;
  /** When a call failed for the last time, in milliseconds since 1970; `null` if none has. */
  lastFailureTime: number | null;
  /** Milliseconds until it lets a probe through; `null` unless it is open. */
  retryAfter: number | null;
  /** Counts its changes of state. */
  generation: number;
}

/** A pause before another attempt. */
export interface RetryEvent {
  /** The attempt that follows: 1 is the first after the failure. */
  attempt: number;
  /** Milliseconds until then. */
  delay: number;
  /** Whether the server asked for a longer pause than `maxRetryAfter`. */
  capped: boolean;
  /** Why the last attempt failed. */
  error: unknown;
}
