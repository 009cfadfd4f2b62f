import CircuitBreaker from 'opossum/dist/opossum.min.js';
import type { Guard, GuardedCall } from '../guards.js';

/**
 * Its browser build, as its README says, with the thresholds of its first example. What its options offer to make it
 * faster is taken: no snapshots (nobody listens), no percentiles, and no timeout, which it arms and clears for each
 * call. It retries nothing itself and its documentation recommends nothing for that. One breaker is made for one
 * function; the calls of a round are the same one, given as its argument.
 */
export function breaker({ timeout }: { timeout: number | false }): Guard {
  const circuit = new CircuitBreaker((call: GuardedCall) => call(), {
    timeout,
    errorThresholdPercentage: 50,
    resetTimeout: 30_000,
    enableSnapshots: false,
    rollingPercentilesEnabled: false,
  });
  return {
    execute: (call) => circuit.fire(call),
    isRefusal: (error) => (error as { code?: string }).code === 'EOPENBREAKER',
    close: () => circuit.shutdown(),
  };
}
