import { DashboardError } from '../errors.js';

/** A refused call; `retryAfter` in milliseconds, below 0 if the breaker was isolated by hand. */
export function breakerOpen(name: string, retryAfter: number): DashboardError {
  return cheap(
    'breaker_open',
    retryAfter < 0
      ? `The breaker "${name}" was isolated by hand: call its \`reset\` to let calls through.`
      : `The breaker "${name}" is open: the service behind it fails. Calls are let through again by themselves.`,
    retryAfter,
  );
}

/** A call that found no place. */
export function bulkheadFull(): DashboardError {
  return cheap(
    'bulkhead_full',
    'Too many calls run or wait already. Call again later, or raise `queue`.',
    -1,
  );
}

/** A call, or one attempt of it, that took too long. */
export function timedOut(millis: number): DashboardError {
  return new DashboardError('timed_out', `Nothing answered within ${millis} ms.`, { retryable: true });
}

/**
 * There may be thousands of these in a storm, and what they cost is their stack, which would only show this package: it is left out
 * where the engine lets it be.
 */
function cheap(code: string, message: string, retryAfter: number): DashboardError {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return new DashboardError(code, message, { retryable: true, ...(retryAfter >= 0 && { retryAfter }) });
  } finally {
    Error.stackTraceLimit = limit;
  }
}
