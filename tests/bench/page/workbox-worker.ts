import { Queue } from 'workbox-background-sync';
import { answer, complete } from './indexeddb.js';
import { type Mutation, mutations } from './queues/mutation.js';
import type { Answer, Order, QueueChoice } from './queues/order.js';
import { endpointOf, FakeTransport, requestInit } from './queues/transport.js';

/** Of a service worker, what is used here: the page's types and a worker's cannot be had together. */
interface WorkerScope {
  addEventListener(type: 'message', listener: (event: WorkerMessage) => void): void;
  addEventListener(type: 'install', listener: () => void): void;
  skipWaiting(): Promise<void>;
  fetch: unknown;
}

interface WorkerMessage extends MessageEvent<Order & QueueChoice> {
  waitUntil(work: Promise<unknown>): void;
}

const scope = self as unknown as WorkerScope;
const transport = new FakeTransport();
scope.fetch = transport.fetch;
scope.addEventListener('install', () => void scope.skipWaiting());

const queues = new Map<string, Queue>();

/**
 * `pushRequest` and `replayRequests` as its documentation has them. The requests are made outside the clock: they stand
 * for those that failed. Background sync costs a call to the browser for each request, and the other queues do not have
 * it: it can be left out by `forceSyncFallback`. A push resolves once its transaction is complete, under relaxed
 * durability; a replay deletes a request before it sends it, so one that is under way when the browser ends is lost.
 */
function queueOf({ queueName, backgroundSync }: QueueChoice): Queue {
  const known = queues.get(queueName);
  if (known) return known;
  const queue = new Queue(queueName, { forceSyncFallback: !backgroundSync, onSync: () => undefined });
  queues.set(queueName, queue);
  return queue;
}

async function carryOut(order: Order, queue: Queue): Promise<unknown> {
  switch (order.task) {
    case 'clear':
      transport.clear(order.keepBodies);
      return emptied(queue);
    case 'fill':
      return fill(queue, order.count);
    case 'enqueue': {
      const requests = mutations(order.first, order.count).map(requestOf);
      const started = performance.now();
      if (order.how === 'at once')
        await Promise.all(requests.map((request) => queue.pushRequest({ request })));
      else for (const request of requests) await queue.pushRequest({ request });
      return performance.now() - started;
    }
    case 'drain': {
      const started = performance.now();
      await queue.replayRequests();
      return performance.now() - started;
    }
    case 'waiting': {
      const entries = await queue.getAll();
      return Promise.all(entries.map(({ request }) => request.json()));
    }
    case 'count':
      return queue.size();
    case 'sent':
      return transport.sent();
  }
}

function requestOf(value: Mutation): Request {
  return new Request(endpointOf(value.table), requestInit(value.id, JSON.stringify(value)));
}

scope.addEventListener('message', (event) => {
  const [port] = event.ports;
  const work = carryOut(event.data, queueOf(event.data)).then(
    (result): Answer => ({ result }),
    (error): Answer => ({ error: error instanceof Error ? error.message : String(error) }),
  );
  event.waitUntil(work.then((said) => port?.postMessage(said)));
});

/**
 * The library's own database: to empty it and to fill it one request at a time would take longer than to measure it.
 */
async function ownDatabase<Result>(work: (database: IDBDatabase) => Promise<Result>): Promise<Result> {
  const database = await answer(indexedDB.open('workbox-background-sync'));
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

const requests = 'requests';

async function emptied(queue: Queue): Promise<void> {
  // Makes the library create its database, if it has not yet.
  await queue.size();
  await ownDatabase(async (database) => {
    const byQueue = database.transaction(requests).objectStore(requests).index('queueName');
    const keys = await answer(byQueue.getAllKeys(queue.name));
    const transaction = database.transaction(requests, 'readwrite');
    for (const key of keys) transaction.objectStore(requests).delete(key);
    await complete(transaction);
  });
}

/** The first is pushed by the library; the others are written as it wrote that one. */
async function fill(queue: Queue, count: number): Promise<void> {
  const [first, ...others] = mutations(0, count);
  if (!first) return;
  await queue.pushRequest({ request: requestOf(first) });
  const encoder = new TextEncoder();
  await ownDatabase(async (database) => {
    const byQueue = database.transaction(requests).objectStore(requests).index('queueName');
    const { id: _, ...written } = await answer(byQueue.get(queue.name));
    const transaction = database.transaction(requests, 'readwrite');
    for (const value of others) {
      const requestData = {
        ...written.requestData,
        url: endpointOf(value.table),
        headers: { ...written.requestData.headers, 'idempotency-key': value.id },
        body: encoder.encode(JSON.stringify(value)).buffer,
      };
      transaction.objectStore(requests).add({ ...written, requestData });
    }
    await complete(transaction);
  });
}
