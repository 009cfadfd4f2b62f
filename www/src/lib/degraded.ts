import { formatDuration } from './durations.ts';
import type { ServiceName } from './external/services.ts';

/** What a service is to a supplier. */
const affected: Readonly<Record<ServiceName, { failing: string; it: string; they: string; are: string }>> = {
  calendar: {
    failing: 'Your calendar can’t be read at the moment.',
    it: 'it',
    they: 'it',
    are: 'is',
  },
  payments: {
    failing: 'Your payouts can’t be read at the moment.',
    it: 'them',
    they: 'they',
    are: 'are',
  },
};

/** What is affected by a service that fails. */
export function failingSentence(name: ServiceName): string {
  return affected[name].failing;
}

/**
 * How old what is shown is, and when it is read again.
 *
 * @param age milliseconds since it was read; `null` if it was not
 * @param retryIn milliseconds until it is read again; `null`, or 0 and less, while it is being read
 */
export function degradedSentence(name: ServiceName, age: number | null, retryIn: number | null): string {
  const { it, they, are } = affected[name];
  const again =
    retryIn === null || retryIn <= 0
      ? `${they} ${are} being tried again now`
      : `${they} ${are} tried again in ${formatDuration(retryIn)}`;
  if (age === null) return `${again.charAt(0).toUpperCase()}${again.slice(1)}.`;
  const was = are === 'is' ? 'was' : 'were';
  const ago = age < 10_000 ? 'a moment' : formatDuration(age);
  return `You see ${it} as ${they} ${was} ${ago} ago; ${again}.`;
}
