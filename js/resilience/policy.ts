import { invalid } from '../arguments.js';
import { fieldOf } from '../options/check.js';
import { checkedPolicy, type PolicyOptions } from '../options/policy.js';
import { checkOperation, signalOf } from './arguments.js';
import type { AttemptContext } from './attempt.js';
import type { DashboardCircuitBreaker } from './breaker.js';
import { fallbacksOf, fallenBack } from './fallback.js';
import { rejectedLater } from './promises.js';
import { Runner } from './runner.js';

/** Options of {@link DashboardPolicy.execute}. */
export interface ExecuteOptions<Value> {
  /** Ends the call: it rejects with the signal's reason at once. */
  signal?: AbortSignal | undefined;
  /** Whether the operation may be carried out twice: then it is retried, and hedged if the policy says so. Default `true`. */
  idempotent?: boolean | undefined;
  /**
   * What there is when the operation has failed for good: a value, or a function that gives one. If it throws or gives
   * `undefined`, the call rejects with the operation's error.
   */
  fallback?: Fallback<Value> | undefined;
  /** Several of them, tried in this order before `fallback`: what a cache has, what is known from before. */
  fallbacks?: readonly Fallback<Value>[] | undefined;
}

/** A value, or a function that gives one and is told why it is asked. */
export type Fallback<Value> =
  | Value
  | ((error: unknown) => Value | undefined | PromiseLike<Value | undefined>);

/**
 * Retry, breaker, bulkhead and timeout as one policy, in this order from outside to inside: fallback, deadline, retry, hedge,
 * breaker, bulkhead, timeout, operation. Each attempt is one call for the breaker.
 *
 * @example
 * ```ts
 * const policy = new DashboardPolicy({ timeout: 2_000, retry: { maxRetries: 2 }, breaker: { name: 'weather' } });
 * const forecast = await policy.execute(({ signal }) => readForecast(signal), { fallback: lastForecast });
 * ```
 */
export class DashboardPolicy {
  readonly #runner: Runner;

  /**
   * @throws {DashboardError} `invalid_option`, `unknown_option`.
   */
  constructor(options?: PolicyOptions) {
    this.#runner = new Runner(checkedPolicy(options));
  }

  /** Its breaker; `undefined` if it has none. */
  get breaker(): DashboardCircuitBreaker | undefined {
    return this.#runner.breaker;
  }

  /**
   * Calls `operation` under this policy.
   *
   * @param operation is given a signal, which is aborted when it takes too long, and the number of the attempt from 0 on
   * @throws what the last attempt was rejected with; {@link DashboardError} `breaker_open`, `bulkhead_full`, `timed_out`,
   * `invalid_option`, `module_unavailable`, `not_in_browser`; the signal's reason.
   */
  execute<Value>(
    operation: (context: AttemptContext) => Value | PromiseLike<Value>,
    options?: ExecuteOptions<Value>,
  ): Promise<Value> {
    try {
      checkOperation('execute', operation);
      const signal = signalOf('execute', options);
      const isRepeatable = flagOf(options, 'idempotent', true);
      const fallbacks = fallbacksOf('execute', options);
      return fallenBack(this.#runner.run(operation, { signal, isRepeatable }), fallbacks, signal);
    } catch (error) {
      return rejectedLater(error);
    }
  }
}

/** @throws {DashboardError} `invalid_option` unless it is true, false or left out. */
export function flagOf(options: unknown, name: string, byDefault: boolean): boolean {
  const given = options === undefined ? undefined : fieldOf(options, name);
  if (given === undefined) return byDefault;
  if (typeof given === 'boolean') return given;
  throw invalid(`Option "${name}" of execute must be true or false.`);
}
