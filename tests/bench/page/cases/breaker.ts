import { type Guard, openBreaker, timeRefusals, timeSuccesses } from '../guards.js';
import { loadPeer } from '../load.js';
import type { MakeSides, Side } from '../side.js';

interface Parameters {
  outcome: 'success' | 'rejection';
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

export const makeSides: MakeSides<Parameters> = async ({ outcome }, { amount }) => {
  const cockatiel = await loadPeer('cockatiel', () => import('../peers/cockatiel.js'));
  const opossum = await loadPeer('opossum', () => import('../peers/opossum.js'));
  // A rejected promise costs the browser a hundred times what a resolved one does.
  const count = amount(outcome === 'success' ? 60_000 : 10_000);
  const side = (role: Side['role'], name: string, make: () => Guard) =>
    guarded(role, name, make, outcome, count);
  const sides = [
    side('peer', 'cockatiel', cockatiel.breaker),
    side('peer', 'opossum', () => opossum.breaker({ timeout: false })),
  ];
  if (outcome === 'success') {
    sides.push(
      side('limit', 'the call alone, awaited', () => none),
      side('aside', 'opossum with its timeout', () => opossum.breaker({ timeout: 3_000 })),
    );
  } else sides.push(side('limit', 'Promise.reject, caught', () => refusal));
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
