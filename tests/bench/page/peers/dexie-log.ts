import { Dexie, type Table } from 'dexie';
import type { OpenLog } from '../event-log.js';
import type { StreamEvent } from '../events.js';

const stream = 'supplier-1';
const eventsInPage = 2_000;

/**
 * As its documentation says: one transaction over both tables, `bulkPut`, and for reading “a better paging approach”
 * than `offset`: each page begins above the last key of the one before it. Nothing but the number is indexed.
 */
export const openDexieLog: OpenLog = async (name) => {
  const database = new Dexie(name);
  database.version(1).stores({ events: 'seq', cursors: 'stream' });
  const events: Table<StreamEvent, number> = database.table('events');
  const cursors: Table<{ stream: string; seq: number }, string> = database.table('cursors');
  await database.open();
  return {
    async apply(page) {
      const received: StreamEvent[] = JSON.parse(page);
      const seq = received.at(-1)?.seq ?? 0;
      await database.transaction('rw', events, cursors, () =>
        Promise.all([events.bulkPut(received), cursors.put({ stream, seq })]),
      );
    },
    async replay(onEvent) {
      let after = 0;
      for (;;) {
        const page = await events.where('seq').above(after).limit(eventsInPage).toArray();
        for (const event of page) onEvent(event);
        const last = page.at(-1);
        if (!last || page.length < eventsInPage) return;
        after = last.seq;
      }
    },
    cursor: async () => (await cursors.get(stream))?.seq ?? 0,
    close: () => database.close(),
  };
};
