import { checkedRetry, type RetryOptions } from '../options/retry.js';
import { checkOperation, signalOf } from './arguments.js';
import type { AttemptContext } from './attempt.js';
import { rejectedLater } from './promises.js';
import { Runner } from './runner.js';

/**
 * Calls an operation again after it has failed, with jittered pauses that grow.
 *
 * The delays are those of the AWS Architecture Blog, "Exponential Backoff And Jitter", 2015; the budget that keeps retries from
 * becoming a storm is gRPC's (proposal A6). May be constructed anywhere, also before `init()`.
 *
 * @example
 * ```ts
 * const retry = new RetryManager({ maxRetries: 3, baseDelay: 1_000 });
 * const forecast = await retry.execute(({ signal }) => readForecast(signal), { signal: controller.signal });
 * ```
 */
export class RetryManager {
  readonly #runner: Runner;

  /**
   * @throws {DashboardError} `invalid_option`, `unknown_option`.
   */
  constructor(options?: RetryOptions) {
    this.#runner = new Runner({ breaker: false, retry: checkedRetry(options) });
  }

  /**
   * Calls `operation`, and again after failures for which that may help. Only give it what may be carried out twice.
   *
   * @param operation is given a signal, and the number of the attempt from 0 on
   * @param options `signal` ends the call at once, also during a pause: it rejects with the signal's reason
   * @returns what the operation gives
   * @throws what the last attempt was rejected with; {@link DashboardError} `timed_out` for an attempt that `deadline` ends,
   * `invalid_option`, `module_unavailable`, `not_in_browser`.
   */
  execute<Value>(
    operation: (context: AttemptContext) => Value | PromiseLike<Value>,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<Value> {
    try {
      checkOperation('execute', operation);
      return this.#runner.run(operation, { signal: signalOf('execute', options), isRepeatable: true });
    } catch (error) {
      return rejectedLater(error);
    }
  }
}
