import type { Answer, Order, QueueChoice } from '../queues/order.js';
import type { Queue } from '../queues/queue.js';
// A file of its own, with all it imports inside: workers of this kind are scripts in every browser.
import workerUrl from '../workbox-worker.ts?worker&url';

/**
 * As its documentation requires, the queue lives in a service worker (`workbox-worker.ts`); the page only asks it,
 * and the worker takes the time.
 */
export async function openWorkbox(queueName: string, backgroundSync = false): Promise<Queue> {
  const choice: QueueChoice = { queueName, backgroundSync };
  const worker = await activeWorker();
  const ask = <Result>(order: Order): Promise<Result> =>
    new Promise((resolve, reject) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }: MessageEvent<Answer>) => {
        port1.close();
        if ('error' in data) reject(new Error(`workbox-background-sync: ${data.error}`));
        else resolve(data.result as Result);
      };
      worker.postMessage({ ...choice, ...order }, [port2]);
    });
  return {
    clear: (keepBodies = false) => ask({ task: 'clear', keepBodies }),
    fill: (count) => ask({ task: 'fill', count }),
    enqueue: (first, count, how) => ask({ task: 'enqueue', first, count, how }),
    drain: () => ask({ task: 'drain' }),
    waiting: () => ask({ task: 'waiting' }),
    count: () => ask({ task: 'count' }),
    sent: () => ask({ task: 'sent' }),
  };
}

async function activeWorker(): Promise<ServiceWorker> {
  const registration = await navigator.serviceWorker.register(workerUrl);
  if (registration.active) return registration.active;
  const worker = registration.installing ?? registration.waiting;
  if (!worker) throw new Error('The service worker of workbox-background-sync is gone.');
  return new Promise((resolve, reject) => {
    worker.onstatechange = () => {
      if (worker.state === 'activated') resolve(worker);
      if (worker.state === 'redundant') reject(new Error('The service worker did not start.'));
    };
  });
}
