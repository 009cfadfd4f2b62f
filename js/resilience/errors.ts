import { DashboardError } from '../errors.js';

/**
 * The error of all calls that are refused until a moment of the page's clock; below 0 if the breaker was isolated by hand. To make
 * one takes longer than to refuse the call, so that those of one opening share it: its `retryAfter` counts down, and it has no stack.
 */
export function breakerOpen(name: string, until: number): DashboardError {
  const message =
    until < 0
      ? `The breaker "${name}" was isolated by hand: call its \`reset\` to let calls through.`
      : `The breaker "${name}" is open: the service behind it fails. Calls are let through again by themselves.`;
  const error = new DashboardError('breaker_open', message, { retryable: true });
  error.stack = `${error.name}: ${message}`;
  if (until >= 0) {
    const get = () => Math.max(0, Math.ceil(until - performance.now()));
    Object.defineProperty(error, 'retryAfter', { get, enumerable: true });
  }
  return error;
}

/** A call that found no place. */
export function bulkheadFull(): DashboardError {
  const message = 'Too many calls run or wait already. Call again later, or raise `queue`.';
  return new DashboardError('bulkhead_full', message, { retryable: true });
}

/** A call, or one attempt of it, that took too long. */
export function timedOut(millis: number): DashboardError {
  return new DashboardError('timed_out', `Nothing answered within ${millis} ms.`, { retryable: true });
}
