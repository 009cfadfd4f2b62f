import type { ServiceStatus } from '@wedsync/dashboard';
import { formatDuration } from '../durations.ts';

/** The states of a breaker in their order: it goes round. */
export const breakerStates = ['closed', 'open', 'half-open'] as const;

export type ShownBreaker = (typeof breakerStates)[number];

/** One that was opened by hand is shown where it stands: nothing goes through. */
export function shownBreaker(breaker: ServiceStatus['breaker']): ShownBreaker {
  return breaker === 'isolated' ? 'open' : breaker;
}

/** What a breaker's state means for who calls. */
export function breakerSentence({ breaker, retryAfter }: ServiceStatus): string {
  switch (breaker) {
    case 'closed':
      return 'All calls go through.';
    case 'half-open':
      return 'A few calls go through, to see whether it answers again.';
    case 'isolated':
      return 'Nothing is asked: it was switched off by hand.';
    default:
      return retryAfter === null || retryAfter < 500
        ? 'Nothing is asked for the moment.'
        : `Nothing is asked for another ${formatDuration(retryAfter)}.`;
  }
}
