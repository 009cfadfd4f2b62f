// What an end says of the service. The table for statuses is the module's; what only JavaScript knows is here.

import { report } from '../emitter.js';
import { DashboardError } from '../errors.js';
import { verdictOfStatus } from '../wedsync_dashboard.js';

/** How a call went, as the module takes it. */
export type Outcome = 0 | 1 | 2 | 3;
export const SUCCESS = 0;
export const FAILURE = 1;
/** It says nothing of the service. */
export const NEUTRAL = 2;
/** It failed, and the service answered: proof of life. */
export const ANSWERED = 3;

/** What an end says of the service, and whether another attempt may help. */
export interface Verdict {
  outcome: Outcome;
  isRetryable: boolean;
  /** Milliseconds that the service asked for; -1 if it did not. */
  retryAfter: number;
}

export const WELL: Verdict = { outcome: SUCCESS, isRetryable: false, retryAfter: -1 };

/** What is not carried out, for reasons of this page: that says nothing of the service. */
export const REFUSED = [
  'breaker_open',
  'bulkhead_full',
  'user_changed',
  'closed',
  'invalid_option',
  'token_unavailable',
];

/** Answers that are of no use. */
const OF_NO_USE = ['response_too_large', 'response_invalid'];

/** What an answer with this status says. */
export function ofStatus(status: number, retryAfter = -1): Verdict {
  const packed = verdictOfStatus(status);
  return { outcome: (packed & 3) as Outcome, isRetryable: packed > 3, retryAfter };
}

/** What an error says, unless the application has a say in it. */
export function ofError(error: unknown): Verdict {
  if (error instanceof DashboardError) {
    const { code, retryable, retryAfter = -1, cause } = error;
    if (code === 'request_failed') return ofStatus((cause as { status: number }).status, retryAfter);
    const outcome = REFUSED.includes(code) ? NEUTRAL : OF_NO_USE.includes(code) ? ANSWERED : FAILURE;
    return { outcome, isRetryable: retryable && outcome === FAILURE, retryAfter };
  }
  const { status, name } = Object(error) as { status?: unknown; name?: unknown };
  if (typeof status === 'number' && status >= 100) return ofStatus(status);
  // A browser's word for a request that found no network.
  const isOffline = error instanceof TypeError && globalThis.navigator?.onLine === false;
  if (isOffline) return { outcome: NEUTRAL, isRetryable: true, retryAfter: -1 };
  const isAborted = name === 'AbortError';
  return { outcome: isAborted ? NEUTRAL : FAILURE, isRetryable: !isAborted, retryAfter: -1 };
}

/** What an error says of the service; `isFailure` is the application's own word. */
export function outcomeOf(error: unknown, isFailure: ((error: unknown) => boolean) | undefined): Outcome {
  if (!isFailure) return ofError(error).outcome;
  return asked(isFailure, error, true) ? FAILURE : NEUTRAL;
}

/** What the application says; where that throws, it is reported and `otherwise` counts. */
export function asked(ask: (error: unknown) => boolean, error: unknown, otherwise: boolean): boolean {
  let answer = otherwise;
  report(() => {
    answer = ask(error) === true;
  });
  return answer;
}
