import type { OpenLog } from '../event-log.js';
import type { StreamEvent } from '../events.js';
import { answer, complete, openDatabase } from '../indexeddb.js';

const stream = 'supplier-1';
const segmentsAtOnce = 5;

/** The least that a log costs: each page is one record, and stays the text that came. */
export const openPackedLog: OpenLog = async (name) => {
  const database = await openDatabase(name, (fresh) => {
    fresh.createObjectStore('segments', { autoIncrement: true });
    fresh.createObjectStore('cursors');
  });
  const read = (from: number) => {
    const range = IDBKeyRange.bound(from, from + segmentsAtOnce - 1);
    return answer<string[]>(database.transaction('segments').objectStore('segments').getAll(range));
  };
  return {
    apply(page) {
      // A dashboard hands the events on as well, so they are parsed here too, though the text is what is stored.
      const received: StreamEvent[] = JSON.parse(page);
      const seq = received.at(-1)?.seq ?? 0;
      const transaction = database.transaction(['segments', 'cursors'], 'readwrite', {
        durability: 'relaxed',
      });
      transaction.objectStore('segments').put(page);
      transaction.objectStore('cursors').put(seq, stream);
      return complete(transaction);
    },
    async replay(onEvent) {
      // While some segments are parsed, the next are read.
      let next = read(1);
      for (let from = 1 + segmentsAtOnce; ; from += segmentsAtOnce) {
        const segments = await next;
        if (segments.length === 0) return;
        next = read(from);
        for (const segment of segments)
          for (const event of JSON.parse(segment) as StreamEvent[]) onEvent(event);
      }
    },
    cursor: () => answer<number>(database.transaction('cursors').objectStore('cursors').get(stream)),
    close: () => database.close(),
  };
};
