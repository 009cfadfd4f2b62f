import { type Guard, openBreaker, timeMixed, timeRefusals, timeSuccesses } from '../guards.js';
import { loadOurs, loadPeer } from '../load.js';
import type { MakeSides, Side } from '../side.js';

interface Parameters {
  outcome: 'success' | 'rejection' | 'mixed';
  /** What tells that a service fails: failures in a row, or their share of the calls in a time window. */
  detector?: 'time';
  /** The one peer that is held against. */
  beside?: 'opossum';
}

/** What there would be without a breaker: the call, or one rejected promise. */
const none: Guard = {
  execute: (call) => call(),
  isRefusal: () => false,
};
const refusal: Guard = {
  execute: () => Promise.reject(new Error('The breaker is open.')),
  isRefusal: (error) => error instanceof Error,
};

export const makeSides: MakeSides<Parameters> = async ({ outcome, detector, beside }, { amount }) => {
  const cockatiel = await loadPeer('cockatiel', () => import('../peers/cockatiel.js'));
  const opossum = await loadPeer('opossum', () => import('../peers/opossum.js'));
  const ours = await loadOurs(() => import('../peers/ours-guards.js'));
  const isTime = detector === 'time';
  // A rejected promise costs the browser a hundred times what a resolved one does.
  const count = amount(outcome === 'rejection' ? 10_000 : 60_000);
  const side = (role: Side['role'], name: string, make: () => Guard) =>
    guarded(role, name, make, outcome, count);
  const untimed = side('peer', 'opossum', () => opossum.breaker({ timeout: false }));
  const sides = [
    side('ours', '@wedsync/dashboard', await (isTime ? ours.makeWindowBreakers() : ours.makeBreakers())),
    ...(beside ? [] : [side('peer', 'cockatiel', isTime ? cockatiel.windowBreaker : cockatiel.breaker)]),
    untimed,
  ];
  if (outcome === 'rejection') sides.push(side('limit', 'Promise.reject, caught', () => refusal));
  else sides.push(side('limit', 'the call alone, awaited', () => none));
  if (outcome === 'success' && !beside && !isTime) {
    sides.push(side('aside', 'opossum with its timeout', () => opossum.breaker({ timeout: 3_000 })));
  }
  return sides;
};

/** A breaker of its own in each round: what one has counted over many rounds is not what the next one costs. */
function guarded(
  role: Side['role'],
  name: string,
  make: () => Guard,
  outcome: Parameters['outcome'],
  count: number,
): Side {
  const measure = async (calls: number): Promise<number> => {
    const guard = make();
    try {
      if (outcome === 'success') return await timeSuccesses(guard, calls);
      if (outcome === 'mixed') return await timeMixed(guard, calls);
      if (guard !== refusal) await openBreaker(guard);
      return await timeRefusals(guard, calls);
    } finally {
      guard.close?.();
    }
  };
  return {
    role,
    name,
    round: () => measure(count),
    async result() {
      const calls = 1_000;
      await measure(calls);
      return { outcome, calls };
    },
  };
}
