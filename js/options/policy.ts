import * as v from 'valibot';
import { breakerOptions, checkedBreaker } from './breaker.js';
import { checked, type Given, isObject } from './check.js';
import { whole } from './kinds.js';
import { checkedRetry, retryOptions } from './retry.js';

/** Options, or `false`. */
const orOff = <Options extends v.GenericSchema>(options: Options) => {
  const off = v.literal(false, 'an object of options, or false');
  return v.optional(v.lazy((given): Options | typeof off => (isObject(given) ? options : off)));
};

/** What a policy has, and a service's. */
export const policyEntries = {
  /** Options of its breaker, or `false` for none. Default: a breaker with its defaults. */
  breaker: orOff(breakerOptions),
  /** Options of its retries, or `false` for none. Default: retries with their defaults. */
  retry: orOff(retryOptions),
  /** Milliseconds that one attempt may take. What takes longer is aborted, and what it answers all the same is ignored. Default 10,000. */
  timeout: v.optional(whole(1, 3_600_000), 10_000),
  /** Milliseconds that all of it may take, retries and their pauses included; that of `retry` counts if it is shorter. Default 30,000. */
  deadline: v.optional(whole(1, 86_400_000), 30_000),
  /** Attempts that run at once; others wait. Default 20. */
  concurrency: v.optional(whole(1, 10_000), 20),
  /** Attempts that wait for their turn, each for `timeout` at most; others are refused with `bulkhead_full`. Default 100. */
  queue: v.optional(whole(0, 100_000), 100),
  /**
   * Milliseconds after which a second attempt is begun beside one that has not answered; the first answer counts. Only for
   * calls that may be repeated. Default: never.
   */
  hedge: v.optional(whole(1, 3_600_000)),
};

/** Options of {@link DashboardPolicy}. Times in milliseconds. */
export interface PolicyOptions extends Given<typeof policyEntries> {}

export const policyOptions = v.strictObject(policyEntries);

/** A policy's options with their defaults. */
export type CheckedPolicy = ReturnType<typeof policyOf>;

/** @throws {DashboardError} `invalid_option`, `unknown_option`. */
export function checkedPolicy(given: unknown = {}) {
  return policyOf(checked('DashboardPolicy', policyOptions, given));
}

/** The parts of a policy, each with its own defaults. */
export function policyOf(options: v.InferOutput<typeof policyOptions>) {
  const { breaker, retry } = options;
  return {
    ...options,
    breaker: breaker === false ? false : checkedBreaker(breaker),
    retry: retry === false ? false : checkedRetry({ ...retry, budget: retry?.budget ?? 10 }),
  } as const;
}
