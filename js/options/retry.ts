import * as v from 'valibot';
import type { RetryEvent } from '../resilience/events.js';
import { checked, type Given, wrong } from './check.js';
import { callback, choice, whole } from './kinds.js';

const jitter = choice(['full', 'equal', 'decorrelated', 'none']);

const entries = {
  /** Attempts after the first. Default 3. */
  maxRetries: v.optional(whole(0, 10_000), 3),
  /** Milliseconds of the first delay's ceiling, which doubles with each attempt. Default 1,000. */
  baseDelay: v.optional(whole(1, 3_600_000), 1_000),
  /** Milliseconds that no delay exceeds; a `Retry-After` may. Default 10,000. */
  maxDelay: v.optional(whole(1, 3_600_000), 10_000),
  /**
   * How a delay is drawn below its ceiling E: `full` between 0 and E, `equal` between E/2 and E, `decorrelated` between the
   * base and three times the last delay, `none` E itself; `true` is `full`, `false` is `none`. Default `full`.
   */
  jitter: v.optional(
    v.lazy((given) => (typeof given === 'boolean' ? v.boolean() : jitter)),
    'full',
  ),
  /**
   * Milliseconds that all attempts and the pauses between them may take: an attempt ends with `timed_out` then, and a pause that would
   * be longer is not begun. Default: no limit.
   */
  deadline: v.optional(whole(1, 86_400_000)),
  /** Milliseconds of a `Retry-After` that are kept to; a longer one counts as that much, and `onRetry` is told. Default 300,000. */
  maxRetryAfter: v.optional(whole(0, 86_400_000), 300_000),
  /**
   * Whether another attempt may help. Default: what `DashboardError.retryable` says, an error with a `status` of 408, 425, 429 or 500
   * and above, but for 501 and 505, and any other error but an `AbortError`.
   */
  isRetryable: v.optional(callback<(error: unknown) => boolean>()),
  /**
   * Retries that there may be for each hundred calls that succeed, once ten attempts have failed, so that they cannot become a storm
   * where all calls fail. Default: 10 for a service and a policy, no limit for a `RetryManager`.
   */
  budget: v.optional(whole(0, 100)),
  /** Called before each pause. Default: none. */
  onRetry: v.optional(callback<(event: RetryEvent) => void>()),
};

/** Options of {@link RetryManager}. Times in milliseconds. */
export interface RetryOptions extends Given<typeof entries> {}

export const retryOptions = v.strictObject(entries);

/** The options of retries with their defaults. */
export type CheckedRetry = ReturnType<typeof checkedRetry>;

/**
 * Checks the options of retries.
 *
 * @throws {DashboardError} `invalid_option`, `unknown_option`.
 */
export function checkedRetry(given: unknown = {}) {
  const of = 'RetryManager';
  const { jitter, ...options } = checked(of, retryOptions, given);
  if (options.maxDelay < options.baseDelay) throw wrong(of, 'maxDelay', 'at least `baseDelay`');
  return { ...options, jitter: jitter === true ? 'full' : jitter === false ? 'none' : jitter };
}
