import * as v from 'valibot';
import type { BreakerEvent } from '../resilience/events.js';
import { checked, type Given, wrong } from './check.js';
import { callback, choice, text, whole } from './kinds.js';

const percent = whole(1, 100);

const detectorEntries = {
  /**
   * `consecutive`: the breaker's `threshold` failures in a row. `count`: `rate` per cent of the last `size` calls. `time`:
   * `rate` per cent of the calls of the last `window` milliseconds. Default `consecutive`.
   */
  kind: v.optional(choice(['consecutive', 'count', 'time']), 'consecutive'),
  /** Of `count`: how many calls are looked at. Default 100. */
  size: v.optional(whole(1, 10_000), 100),
  /** Of `time`: milliseconds that are looked at. Default 10,000. */
  window: v.optional(whole(100, 3_600_000), 10_000),
  /** Of `time`: parts of the window; what is older than a window goes by parts. Default 10. */
  buckets: v.optional(whole(1, 100), 10),
  /** Of `count` and `time`: fewer calls than these open nothing; with `count` at most `size`. Default 10. */
  minimum: v.optional(whole(1, 10_000), 10),
  /** Of `count` and `time`: the per cent of calls that have to fail for it to open. Default 50. */
  rate: v.optional(percent, 50),
  /** Of `count` and `time`: a call that takes more milliseconds is slow, whether it succeeds or fails. Default: none. */
  slow: v.optional(whole(1, 3_600_000)),
  /** Where `slow` is given: the per cent of calls that have to be slow for it to open. Default 100. */
  slowRate: v.optional(percent, 100),
};

/** How a breaker tells that a service fails. */
export interface DetectorOptions extends Given<typeof detectorEntries> {}

const entries = {
  /** Names it in errors and events, and for the user's other tabs. Default `breaker`. */
  name: v.optional(text, 'breaker'),
  /** Failures in a row before it opens. Default 5. */
  threshold: v.optional(whole(1, 1_000_000), 5),
  /** Milliseconds that it stays open, the first time, before a call is let through as a probe. Default 30,000. */
  timeout: v.optional(whole(1, 86_400_000), 30_000),
  /** Milliseconds without a failure that clear the count, as a success does. Default 60,000. */
  resetTimeout: v.optional(whole(1, 86_400_000), 60_000),
  /** Called with each change of state, each refused call and each probe. Default: none. */
  monitor: v.optional(callback<(event: BreakerEvent) => void>()),
  /** Another way to tell that a service fails, in place of `threshold` and `resetTimeout`. Default: those two. */
  detector: v.optional(v.strictObject(detectorEntries)),
  /**
   * Milliseconds that it stays open at most, however often it has opened in a row: the time doubles each time, less up to half by
   * chance. At least `timeout`; only a `Retry-After` makes it longer. Default 300,000.
   */
  maxTimeout: v.optional(whole(1, 86_400_000), 300_000),
  /** Calls that are let through at once while it is half-open; the others are refused. Default 1. */
  probes: v.optional(whole(1, 1_000), 1),
  /** Milliseconds after which a half-open breaker opens again, if none of the probes under way has succeeded. Default 30,000. */
  probeTimeout: v.optional(whole(1, 86_400_000), 30_000),
  /** Successful probes that close it. Default 3. */
  successes: v.optional(whole(1, 1_000), 3),
  /**
   * Whether an error says that the service fails; one that does not says nothing. Default: every error but an `AbortError`, a
   * network error while the browser is offline, what this package refuses itself, and an error with a `status` below 500 other than
   * 408 and 429.
   */
  isFailure: v.optional(callback<(error: unknown) => boolean>()),
};

/** Options of {@link DashboardCircuitBreaker}. Times in milliseconds. */
export interface BreakerOptions extends Given<typeof entries> {}

export const breakerOptions = v.strictObject(entries);

/** A breaker's options with their defaults. */
export type CheckedBreaker = ReturnType<typeof checkedBreaker>;

/**
 * Checks the options of a breaker.
 *
 * @throws {DashboardError} `invalid_option`, `unknown_option`.
 */
export function checkedBreaker(given: unknown = {}) {
  const of = 'DashboardCircuitBreaker';
  const options = checked(of, breakerOptions, given);
  const { kind, size = 0, minimum = 0 } = options.detector ?? {};
  if (options.maxTimeout < options.timeout) {
    options.maxTimeout = options.timeout;
  }
  if (kind === 'count' && minimum > size) {
    throw wrong(`${of}, detector`, 'minimum', 'at most `size`');
  }
  return options;
}
