/** One tab of a user, whose store another one uses at the same time. */
import { createDashboard, type Dashboard } from '@wedsync/dashboard';
import { type Records, recordsOf } from '@wedsync/dashboard/internal';
import { answer, complete, deleteDatabase, openDatabase } from '../indexeddb.js';
import { openDexie } from '../peers/dexie.js';
import { deleteOurs } from '../peers/ours-store.js';
import type { ValueStore } from '../store.js';
import { clientRecord, entries } from '../values.js';

/** What a side writes with: single values durably, and many beside them. */
interface Writer {
  put(key: string, value: unknown): Promise<void>;
  fill(count: number): Promise<void>;
  close(): Promise<void>;
}

type Client = 'ours' | 'dexie' | 'raw';

let writer: Writer | undefined;

export async function connect({ client, name }: { client: Client; name: string }): Promise<void> {
  writer = await { ours, dexie, raw }[client](name);
}

/** Writes so many rows, as a catch-up does. */
export function fill(count: number): Promise<void> {
  return use().fill(count);
}

/** The times of so many single writes, one after the other with a pause between, in milliseconds. */
export async function puts({ count, pauseMs }: { count: number; pauseMs: number }): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const started = performance.now();
    await use().put(`enquiry-${started}-${n}`, clientRecord(n));
    times.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return times;
}

export async function close(): Promise<void> {
  await writer?.close();
  writer = undefined;
}

/** After all tabs are closed. */
export async function remove(name: string): Promise<void> {
  await Promise.all([deleteOurs(name), deleteDatabase(name)]);
}

function use(): Writer {
  if (!writer) throw new Error('nothing is connected');
  return writer;
}

async function ours(name: string): Promise<Writer> {
  const dashboard: Dashboard = await createDashboard({ url: `https://${name}.example`, key: 'key' });
  const [outbox, data] = (['outbox', 'data'] as const).map((of) => recordsOf(dashboard, of)) as [
    Records,
    Records,
  ];
  await Promise.all([outbox.get(''), data.get('')]);
  return {
    put: (key, value) => outbox.write([[key, value]]),
    fill: (count) => data.write(entries(0, count).map(({ key, value }) => [key, value])),
    close: () => dashboard.close(),
  };
}

async function dexie(name: string): Promise<Writer> {
  const store: ValueStore = await openDexie(name);
  return {
    put: (key, value) => store.set({ key, value: value as ReturnType<typeof clientRecord> }),
    fill: (count) => store.setMany(entries(0, count)),
    close: async () => store.close(),
  };
}

/** One strict transaction a value; a fill is one transaction, as a library that does not slice has it. */
async function raw(name: string): Promise<Writer> {
  const database = await openDatabase(name, (fresh) => {
    fresh.createObjectStore('outbox');
    fresh.createObjectStore('data');
  });
  return {
    put(key, value) {
      const transaction = database.transaction('outbox', 'readwrite', { durability: 'strict' });
      transaction.objectStore('outbox').put(value, key);
      return complete(transaction);
    },
    async fill(count) {
      const transaction = database.transaction('data', 'readwrite', { durability: 'relaxed' });
      const store = transaction.objectStore('data');
      for (const { key, value } of entries(0, count)) store.put(value, key);
      await complete(transaction);
      await answer(database.transaction('data').objectStore('data').count());
    },
    close: async () => database.close(),
  };
}
