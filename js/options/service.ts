import * as v from 'valibot';
import { checked, type Given } from './check.js';
import { callback, flag, text, whole } from './kinds.js';
import { policyEntries, policyOf } from './policy.js';

/** Headers by name, as `credentials` gives them. */
export type Credentials = Record<string, string>;

const entries = {
  /** Where its requests go: an address, or a path of the page's own server. What `request` names is added. */
  url: text,
  /**
   * Gives the headers that authorize a request, each time one is sent below `url`; with `true` after the service has answered 401, which is
   * then asked once more. What a request brings itself is not replaced unless it was refused, and a request that carries any follows no redirect. They are never logged. Default: none.
   */
  credentials: v.optional(callback<(refused: boolean) => Credentials | PromiseLike<Credentials>>()),
  ...policyEntries,
  /** Whether an answer says that the service fails; of one with 429 `countsRateLimit` says it. Default: 408 and 500 and above do. */
  isFailure: v.optional(callback<(answer: { status: number; headers: Headers }) => boolean>()),
  /** Whether an answer with 429 counts as a failure for the breaker; its `Retry-After` is kept to in any case. Default `true`. */
  countsRateLimit: flag(true),
  /** Bytes that an answer may have. Default 5,000,000. */
  maxBytes: v.optional(whole(1, 1_000_000_000), 5_000_000),
  /**
   * Whether requests carry `x-request-id` and W3C's `traceparent`. A service of another origin has to allow these headers. Default: only
   * where the request goes to the page's own server.
   */
  trace: v.optional(v.boolean('true or false')),
  /**
   * The path that a health check asks for with HEAD, an empty one for `url` itself; an answer below 500 says that all is well. Default:
   * none is asked for, and health is what the application's own calls have met with.
   */
  check: v.optional(v.string('a string')),
  /** Whether the whole dashboard is unhealthy without it. Default `false`. */
  critical: flag(false),
  /** Milliseconds of an answer above which the service counts as degraded. Default 5,000. */
  slow: v.optional(whole(1, 3_600_000), 5_000),
};

/** A service that the application calls. Times in milliseconds. */
export interface ServiceOptions extends Given<typeof entries> {}

export const serviceOptions = v.strictObject(entries);

/** A service's options with their defaults. */
export type CheckedService = ReturnType<typeof checkedService>;

/**
 * Checks the options of a service.
 *
 * @throws {DashboardError} `invalid_option`, `unknown_option`.
 */
export function checkedService(name: string, given: unknown) {
  const options = checked(`Service "${name}"`, serviceOptions, given);
  const { breaker, ...rest } = policyOf(options);
  return { ...options, ...rest, breaker: breaker === false ? breaker : { ...breaker, name } };
}
