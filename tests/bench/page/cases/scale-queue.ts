import { loadPeer } from '../load.js';
import type { Queue } from '../queues/queue.js';
import { openRawQueue } from '../queues/raw.js';
import type { Curve, MakeSides, Side } from '../side.js';

/** So many are enqueued one after the other, and the time of one is a share of theirs. */
const enqueued = 5;
/** A queue counts as one of its size until it has grown by so much; then it is filled anew. */
const tolerance = 0.1;

export const makeSides: MakeSides = async (_, { quick }) => {
  const { openOfflineTransactions } = await loadPeer(
    '@tanstack/offline-transactions',
    () => import('../peers/offline-transactions.js'),
  );
  const { openWorkbox } = await loadPeer('workbox-background-sync', () => import('../peers/workbox.js'));
  // Filling the longest takes seconds.
  const sizes = quick ? [100, 1_000] : [100, 1_000, 10_000];
  return [
    enqueuing('peer', '@tanstack/offline-transactions', openOfflineTransactions, sizes),
    // Its queues share one database: each waits among the others, as it would in an app.
    enqueuing('peer', 'workbox-background-sync', openWorkbox, sizes),
    enqueuing('limit', 'IndexedDB, strict', (name) => openRawQueue(`${name}-raw`), sizes),
  ];
};

interface Filled {
  queue: Queue;
  size: number;
  waiting: number;
}

function enqueuing(
  role: Side['role'],
  name: string,
  open: (name: string) => Promise<Queue>,
  sizes: number[],
): Side {
  const filled: Filled[] = [];
  return {
    role,
    name,
    async prepare() {
      for (const size of sizes) {
        const queue = await open(`bench-${size}`);
        await queue.fill(size);
        filled.push({ queue, size, waiting: size });
      }
    },
    async round() {
      const curve: Curve = {};
      for (const one of filled) curve[one.size] = (await enqueue(name, one)) / enqueued;
      return curve;
    },
    async close() {
      for (const { queue } of filled) await queue.close?.();
    },
  };
}

async function enqueue(name: string, filled: Filled): Promise<number> {
  const { queue, size } = filled;
  if (filled.waiting + 1 + enqueued > size * (1 + tolerance)) {
    await queue.clear();
    await queue.fill(size);
    filled.waiting = size;
  }
  // The first after a pause pays for the pause.
  await queue.enqueue(filled.waiting, 1, 'one by one');
  const ms = await queue.enqueue(filled.waiting + 1, enqueued, 'one by one');
  filled.waiting += 1 + enqueued;
  const stored = await queue.count();
  if (stored !== filled.waiting) throw new Error(`${name} stored ${stored} of ${filled.waiting} mutations.`);
  return ms;
}
