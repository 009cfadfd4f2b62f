import { createCollection } from '@tanstack/db';
import { IndexedDBAdapter, startOfflineExecutor, WebLocksLeader } from '@tanstack/offline-transactions';
import { type Mutation, mutations, tables } from '../queues/mutation.js';
import type { Queue } from '../queues/queue.js';
import { endpointOf, FakeTransport, requestInit } from '../queues/transport.js';

/**
 * As its README says: an executor with its collections and a mutation function, one offline transaction a mutation,
 * `mutate` and `commit`, IndexedDB as storage. `commit` promises that the server has answered, and nothing it offers
 * tells that a mutation is safe: so the storage adapter, which its options allow, is watched. That resolves with the
 * request's success, before the transaction is complete, and under the browser's relaxed durability: less than the
 * limit waits for. Each change of a collection's mutations goes through all that are pending there, so they are spread
 * over ten collections.
 */
export async function openOfflineTransactions(name: string): Promise<Queue> {
  const storage = new WatchedStorage(name);
  const transport = new FakeTransport();
  let session = await openSession(storage, transport);
  const enqueue = (value: Mutation) => {
    const transaction = session.executor.createOfflineTransaction({
      mutationFnName: 'send',
      autoCommit: false,
    });
    transaction.mutate(() => session.collectionOf(value.table).insert(value));
    // Resolves when the mutation was sent; those that the next round forgets never are.
    transaction.commit().catch(() => undefined);
  };
  return {
    async clear(keepBodies = false) {
      session.executor.dispose();
      await session.cleanUp();
      await storage.clear();
      transport.clear(keepBodies);
      session = await openSession(storage, transport);
    },
    async fill(count) {
      const stored = storage.afterwards('set', count);
      for (const value of mutations(0, count)) enqueue(value);
      await stored;
    },
    async enqueue(first, count, how) {
      const values = mutations(first, count);
      const started = performance.now();
      if (how === 'at once') {
        const stored = storage.afterwards('set', count);
        for (const value of values) enqueue(value);
        await stored;
      } else {
        for (const value of values) {
          const stored = storage.afterwards('set', 1);
          enqueue(value);
          await stored;
        }
      }
      return performance.now() - started;
    },
    async drain() {
      const removed = storage.afterwards('delete', session.executor.getPendingCount());
      const started = performance.now();
      session.comeOnline();
      await removed;
      return performance.now() - started;
    },
    async waiting() {
      const transactions = await session.executor.peekOutbox();
      return transactions.map(({ mutations: [first] }) => first?.modified as unknown as Mutation);
    },
    count: async () => (await storage.keys()).length,
    sent: () => transport.sent(),
    close: () => session.executor.dispose(),
  };
}

let sessions = 0;

/** An executor that is offline until it is told otherwise, with collections of its own, one a table. */
async function openSession(storage: IndexedDBAdapter, transport: FakeTransport) {
  sessions += 1;
  let online = false;
  const listeners = new Set<() => void>();
  const collections = Object.fromEntries(
    tables.map((table) => [
      table,
      createCollection<Mutation, string>({
        id: `${table}-${sessions}`,
        getKey: ({ id }) => id,
        startSync: true,
        sync: { sync: ({ markReady }) => markReady() },
      }),
    ]),
  );
  const executor = startOfflineExecutor({
    collections,
    storage,
    // The default's lock is free only some time after `dispose`, and a tab without it stores nothing.
    leaderElection: new WebLocksLeader(`leader-${sessions}`),
    mutationFns: {
      send: async ({ transaction, idempotencyKey }) => {
        const [first] = transaction.mutations;
        const value = first?.modified as unknown as Mutation;
        const { ok } = await transport.fetch(
          endpointOf(value.table),
          requestInit(idempotencyKey, JSON.stringify(value)),
        );
        if (!ok) throw new Error('The transport refused a mutation.');
      },
    },
    onlineDetector: {
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      notifyOnline: () => {
        for (const listener of listeners) listener();
      },
      isOnline: () => online,
      dispose: () => listeners.clear(),
    },
  });
  await executor.waitForInit();
  if (!executor.isOfflineEnabled) throw new Error('@tanstack/offline-transactions runs without its outbox.');
  return {
    executor,
    collectionOf(table: string) {
      const collection = collections[table];
      if (!collection) throw new Error(`There is no collection ${table}.`);
      return collection;
    },
    async cleanUp() {
      for (const collection of Object.values(collections)) await collection.cleanup();
    },
    comeOnline() {
      online = true;
      executor.getOnlineDetector().notifyOnline();
    },
  };
}

/** The library's own IndexedDB storage; it tells when so many writes or deletions are done. */
class WatchedStorage extends IndexedDBAdapter {
  #done = { set: 0, delete: 0 };
  #waiting: { kind: 'set' | 'delete'; until: number; resolve: () => void }[] = [];

  afterwards(kind: 'set' | 'delete', count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ kind, until: this.#done[kind] + count, resolve });
    });
  }

  override async set(key: string, value: string): Promise<void> {
    await super.set(key, value);
    this.#tell('set');
  }

  override async delete(key: string): Promise<void> {
    await super.delete(key);
    this.#tell('delete');
  }

  #tell(kind: 'set' | 'delete'): void {
    this.#done[kind] += 1;
    this.#waiting = this.#waiting.filter((waiter) => {
      if (waiter.kind !== kind || this.#done[kind] < waiter.until) return true;
      waiter.resolve();
      return false;
    });
  }
}
