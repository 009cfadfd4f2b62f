import { checkedPolicy, type PolicyOptions } from '../options/policy.js';
import { checkOperation, flagOf, signalOf } from './arguments.js';
import type { AttemptContext } from './attempt.js';
import type { DashboardCircuitBreaker } from './breaker.js';
import { type ExecuteOptions, fallbacksOf, fallenBack } from './fallback.js';
import { rejectedLater } from './promises.js';
import { Runner } from './runner.js';

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
