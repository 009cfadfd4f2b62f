import { digest } from '../digest.js';
import type { EventLog, OpenLog } from '../event-log.js';
import { pagesOfEvents, type StreamEvent } from '../events.js';
import { deleteDatabase, freshName } from '../indexeddb.js';
import { loadPeer } from '../load.js';
import { openPackedLog } from '../peers/packed-log.js';
import type { MakeSides, Side } from '../side.js';

export const makeSides: MakeSides = async (_, { amount }) => {
  const { openDexieLog } = await loadPeer('dexie', () => import('../peers/dexie-log.js'));
  const count = amount(10_000);
  return [
    catchingUp('peer', 'dexie', openDexieLog, count),
    catchingUp('limit', 'packed IndexedDB', openPackedLog, count),
  ];
};

function catchingUp(role: Side['role'], name: string, open: OpenLog, count: number): Side {
  const pages = pagesOfEvents(count);
  const catchUp = async <Result>(work: (log: EventLog, ms: number) => Promise<Result>): Promise<Result> => {
    const database = freshName();
    const log = await open(database);
    try {
      const started = performance.now();
      for (const page of pages) await log.apply(page);
      return await work(log, performance.now() - started);
    } finally {
      log.close();
      await deleteDatabase(database);
    }
  };
  return {
    role,
    name,
    round: () =>
      catchUp(async (log, ms) => {
        let stored = 0;
        await log.replay(() => {
          stored += 1;
        });
        const cursor = await log.cursor();
        if (stored !== count || cursor !== count)
          throw new Error(`${name} stored ${stored} of ${count} events, up to ${cursor}.`);
        return ms;
      }),
    result: () =>
      catchUp(async (log) => {
        const stored: StreamEvent[] = [];
        await log.replay((event) => stored.push(event));
        return { cursor: await log.cursor(), digest: await digest(stored), first: stored[0] };
      }),
  };
}
