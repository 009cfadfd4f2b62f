import { digest } from '../digest.js';
import { loadPeer } from '../load.js';
import { openPackedQueue } from '../queues/packed.js';
import type { Queue } from '../queues/queue.js';
import type { MakeSides, Side } from '../side.js';

type Drained = Pick<Queue, 'clear' | 'fill' | 'drain' | 'count' | 'sent' | 'close'>;

export const makeSides: MakeSides = async (_, { quick }) => {
  const { openOfflineTransactions } = await loadPeer(
    '@tanstack/offline-transactions',
    () => import('../peers/offline-transactions.js'),
  );
  const { openWorkbox } = await loadPeer('workbox-background-sync', () => import('../peers/workbox.js'));
  const count = quick ? 250 : 10_000;
  const offlineTransactions = draining(
    'peer',
    '@tanstack/offline-transactions',
    () => openOfflineTransactions('bench'),
    count,
  );
  // The peers send one request after the other and remove each by a transaction of its own. workbox looks for the
  // first that is left among all that were removed: 10,000 took it over five minutes, so it is listed with fewer.
  const fewer = quick ? count : 1_000;
  const workbox = draining(
    quick ? 'peer' : 'aside',
    quick ? 'workbox-background-sync' : `workbox-background-sync, ${fewer} instead of ${count}`,
    () => openWorkbox('bench'),
    fewer,
  );
  return [
    // So many operations are their own repetition: what takes many seconds is not measured in every round.
    quick ? offlineTransactions : inRounds(3, offlineTransactions),
    quick ? workbox : inRounds(3, workbox),
    draining('limit', 'packed IndexedDB, 6 in flight', () => openPackedQueue('bench-packed'), count),
  ];
};

/** Measures a side only so often, and not in the first round, which warms up; in the others it gives no figure. */
function inRounds(rounds: number, side: Side): Side {
  let calls = 0;
  return {
    ...side,
    round() {
      calls += 1;
      return calls > 1 && calls <= 1 + rounds ? side.round() : Number.NaN;
    },
  };
}

function draining(role: Side['role'], name: string, open: () => Promise<Drained>, count: number): Side {
  let queue: Drained;
  const drain = async (amount: number, keepBodies: boolean): Promise<number> => {
    await queue.clear(keepBodies);
    await queue.fill(amount);
    const filled = await queue.count();
    const ms = await queue.drain();
    const left = await queue.count();
    const sent = await queue.sent();
    if (filled !== amount || sent.count !== amount || left !== 0)
      throw new Error(`${name} was filled with ${filled} of ${amount}, sent ${sent.count} and left ${left}.`);
    return ms;
  };
  return {
    role,
    name,
    async prepare() {
      queue = await open();
    },
    round: () => drain(count, false),
    async result() {
      await drain(200, true);
      const { count: requests, bodies } = await queue.sent();
      // Sent in any order: what is independent may overtake.
      const sent = bodies.map((body) => JSON.parse(body)).sort((one, other) => (one.id < other.id ? -1 : 1));
      return { count: requests, digest: await digest(sent), first: sent[0] };
    },
    close: () => queue?.close?.(),
  };
}
