import { digest } from '../digest.js';
import { loadPeer } from '../load.js';
import type { Queue } from '../queues/queue.js';
import { openRawQueue } from '../queues/raw.js';
import type { MakeSides, Side } from '../side.js';

interface Parameters {
  /** `one by one`: the time of one; `at once`: the time until the last of a thousand is stored. */
  how: 'one by one' | 'at once';
}

export const makeSides: MakeSides<Parameters> = async ({ how }, { amount }) => {
  const { openOfflineTransactions } = await loadPeer(
    '@tanstack/offline-transactions',
    () => import('../peers/offline-transactions.js'),
  );
  const { openWorkbox } = await loadPeer('workbox-background-sync', () => import('../peers/workbox.js'));
  const count = how === 'at once' ? amount(1_000) : amount(100);
  const side = (role: Side['role'], name: string, open: () => Promise<Queue>) =>
    enqueuing(role, name, open, how, count);
  const sides = [
    side('peer', '@tanstack/offline-transactions', () => openOfflineTransactions('bench')),
    side('peer', 'workbox-background-sync', () => openWorkbox('bench')),
    side('limit', 'IndexedDB, strict', () => openRawQueue('bench-raw')),
  ];
  if (how === 'one by one')
    sides.push(
      // What the peers wait for, or less: the browser’s default, under which the disk may come later.
      side('aside', 'IndexedDB, relaxed', () => openRawQueue('bench-relaxed', 'relaxed')),
      side('aside', 'workbox-background-sync with background sync', () => openWorkbox('bench-sync', true)),
    );
  return sides;
};

function enqueuing(
  role: Side['role'],
  name: string,
  open: () => Promise<Queue>,
  how: Parameters['how'],
  count: number,
): Side {
  let queue: Queue;
  const enqueue = async (): Promise<number> => {
    await queue.clear();
    const ms = await queue.enqueue(0, count, how);
    const stored = await queue.count();
    if (stored !== count) throw new Error(`${name} stored ${stored} of ${count} mutations.`);
    return ms;
  };
  return {
    role,
    name,
    async prepare() {
      queue = await open();
    },
    async round() {
      const ms = await enqueue();
      return how === 'at once' ? ms : ms / count;
    },
    async result() {
      await enqueue();
      // workbox stores what is pushed at once in whatever order the bodies were read, and offline-transactions keeps
      // the order of one millisecond’s mutations only until the page is loaded again: so by id.
      const waiting = (await queue.waiting()).sort((one, other) => (one.id < other.id ? -1 : 1));
      return { count: waiting.length, digest: await digest(waiting), first: waiting[0] };
    },
    close: () => queue?.close?.(),
  };
}
