import * as v from 'valibot';
import type { HealthState } from '../health/types.js';
import { checked, type Given } from './check.js';
import { callback, flag, whole } from './kinds.js';

/** What a check may give: nothing, or `true`, if all is well. */
export type CheckAnswer = undefined | boolean | { status: HealthState; message?: string };

const entries = {
  /**
   * Asks how it is. It fails if it throws, rejects, gives `false`, or does not answer within `timeout`. With `{ status, message }` it says
   * itself how it is. Its signal is aborted when it has taken too long.
   */
  check: callback<(signal: AbortSignal) => unknown>(),
  /** Whether the whole dashboard is unhealthy without it. Default `false`. */
  critical: flag(false),
  /** Whether it depends on the network: then nothing is known of it while that is gone. Default `true`. */
  remote: flag(true),
  /** Milliseconds that it may take. Default 10,000. */
  timeout: v.optional(whole(1, 3_600_000), 10_000),
  /** Failures in a row before it is unhealthy. Default 3. */
  failures: v.optional(whole(1, 1_000), 3),
  /** Successes in a row before it is back. Default 2. */
  successes: v.optional(whole(1, 1_000), 2),
  /** Milliseconds above which an answer is slow, and `failures` of them in a row degraded; 0 for never. Default 0. */
  slow: v.optional(whole(0, 3_600_000), 0),
  /** Milliseconds between reminders of one alert, at least 60,000. Default 3,600,000. */
  reminder: v.optional(whole(60_000, 86_400_000), 3_600_000),
};

/** A check of `registerCheck`. Times in milliseconds. */
export interface CheckOptions extends Given<typeof entries> {}

export const checkOptions = v.strictObject(entries);

/** A check with its defaults. */
export type CheckedCheck = ReturnType<typeof checkedCheck>;

/**
 * Checks what `registerCheck` is given.
 *
 * @throws {DashboardError} `invalid_option`, `unknown_option`.
 */
export function checkedCheck(given: unknown) {
  return checked('registerCheck', checkOptions, typeof given === 'function' ? { check: given } : given);
}
