import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  SamplingBreaker,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import type { Guard, GuardedCall } from '../guards.js';

/** As its README says: a breaker that opens at the fifth failure in a row, kept for all calls. */
export function breaker(): Guard {
  const policy = consecutive();
  return {
    execute: (call) => policy.execute(call),
    isRefusal: (error) => error instanceof BrokenCircuitError,
  };
}

/** As its README says: a breaker that opens when a share of the calls of a time window fails. */
export function windowBreaker(): Guard {
  const sampling = new SamplingBreaker({ threshold: 0.5, duration: 10_000 });
  const policy = circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: sampling });
  return {
    execute: (call) => policy.execute(call),
    isRefusal: (error) => error instanceof BrokenCircuitError,
  };
}

/**
 * As its README says: `wrap`, with the retry outermost and the timeout innermost. `aggressive` gives up at the
 * timeout; `cooperative` waits for what was called to heed its signal, and costs less.
 */
export function combined(strategy: 'aggressive' | 'cooperative'): Guard {
  const policy = wrap(
    retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
    consecutive(),
    timeout(2_000, strategy === 'aggressive' ? TimeoutStrategy.Aggressive : TimeoutStrategy.Cooperative),
  );
  return {
    execute: (call: GuardedCall) => policy.execute(call),
    isRefusal: (error) => error instanceof BrokenCircuitError,
  };
}

function consecutive() {
  return circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) });
}
