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
  // The peers send one request after the other and remove each by a transaction of its own: 10,000 take them seconds.
  const count = quick ? 250 : 10_000;
  return [
    draining('peer', '@tanstack/offline-transactions', () => openOfflineTransactions('bench'), count),
    draining('peer', 'workbox-background-sync', () => openWorkbox('bench'), count),
    draining('limit', 'packed IndexedDB, 6 in flight', () => openPackedQueue('bench-packed'), count),
  ];
};

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
