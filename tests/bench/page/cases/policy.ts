import { type Guard, timeSuccesses } from '../guards.js';
import { loadOurs, loadPeer } from '../load.js';
import type { MakeSides, Side } from '../side.js';

/** opossum has no retry, and recommends none: it cannot take part. */
export const makeSides: MakeSides = async (_, { amount }) => {
  const { combined } = await loadPeer('cockatiel', () => import('../peers/cockatiel.js'));
  const count = amount(20_000);
  const ours = await loadOurs(() => import('../peers/ours-guards.js'));
  return [
    successful('ours', '@wedsync/dashboard', await ours.combined(), count),
    successful('peer', 'cockatiel', combined('aggressive'), count),
    successful('peer', 'cockatiel, cooperative timeout', combined('cooperative'), count),
    successful(
      'limit',
      'the call alone, awaited',
      { execute: (call) => call(), isRefusal: () => false },
      count,
    ),
  ];
};

function successful(role: Side['role'], name: string, guard: Guard, count: number): Side {
  return {
    role,
    name,
    round: () => timeSuccesses(guard, count),
    async result() {
      const calls = 1_000;
      await timeSuccesses(guard, calls);
      return { calls };
    },
  };
}
