import type { HealthState, HealthStatus } from '@wedsync/dashboard';
import { checkWords, deviceChecks } from './words.ts';

/** How everything stands, in a sentence. */
export interface Verdict {
  state: HealthState;
  sentence: string;
  detail: string;
}

/** Sums up a status. What is unknown is said to be, and never counted as well. */
export function verdictOf({ checks, offline, overall }: HealthStatus): Verdict {
  const all = Object.values(checks);
  if (offline) {
    return {
      state: 'unknown',
      sentence: 'This device seems to have no network.',
      detail: 'What depends on it can’t be seen from here. It is looked at again by itself.',
    };
  }
  const of = (state: HealthState) => all.filter(({ status }) => status === state).map(({ name }) => name);
  const [unhealthy, degraded, unknown] = [of('unhealthy'), of('degraded'), of('unknown')];
  if (all.length === 0 || unknown.length === all.length) {
    return {
      state: 'unknown',
      sentence: 'Finding out how everything stands.',
      detail: 'The first answers are on their way.',
    };
  }
  const troubles = [
    ...unhealthy.map((name) => checkWords(name).unhealthy),
    ...degraded.map((name) => checkWords(name).degraded),
  ];
  const pending = unknown.length > 0 ? ` Not known yet: ${titles(unknown)}.` : '';
  // A device says of itself what it can: that it has not said something yet is no doubt about the rest.
  const isDoubtful = unknown.some((name) => !deviceChecks.includes(name));
  if (troubles.length === 0) {
    return {
      state: 'healthy',
      sentence: isDoubtful ? 'Everything that is known works.' : 'Everything works.',
      detail: `What your dashboard depends on answers as it should.${pending}`,
    };
  }
  const isRestWell = of('healthy').length > 0 && !isDoubtful;
  return {
    state: overall === 'unhealthy' ? 'unhealthy' : 'degraded',
    sentence: `${capitalised(joined(troubles))}${isRestWell ? '; everything else works' : ''}.`,
    detail: `It is tried again by itself. You need not reload the page.${pending}`,
  };
}

function titles(names: readonly string[]): string {
  return joined(names.map((name) => checkWords(name).title.toLowerCase()));
}

function joined(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
