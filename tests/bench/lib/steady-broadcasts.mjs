import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../../scripts/lib/problem.mjs';

/** @typedef {{ topic: string, text: string }} Frame */

const tickMs = 2;
const patienceMs = 30_000;

/**
 * Sends broadcasts at a steady rate, each to every socket that has joined its topic.
 * @param {ReturnType<import('./realtime-server.mjs').RealtimeServer['clientsOf']>} clients
 * @param {Frame[]} frames sent in turn, again and again
 * @param {number} perSecond
 * @param {number} ms
 * @returns {Promise<number>} how many broadcasts that were
 */
export async function broadcastSteadily(clients, frames, perSecond, ms) {
  const count = Math.round((perSecond * ms) / 1_000);
  const encoded = frames.map(({ topic, text }) => ({ topic, bytes: Buffer.from(text) }));
  const started = performance.now();
  for (let sent = 0; sent < count; ) {
    await sleep(tickMs);
    const due = Math.min(count, Math.floor(((performance.now() - started) * perSecond) / 1_000));
    for (; sent < due; sent += 1) {
      const { topic, bytes } = /** @type {typeof encoded[number]} */ (encoded[sent % encoded.length]);
      for (const client of clients) if (client.topics.has(topic)) client.send([bytes]);
    }
  }
  return count;
}

/**
 * Waits until a page was given so many messages in all.
 * @param {import('./steered-page.mjs').SteeredPage} steered
 * @param {number} count
 */
export async function untilReceived(steered, count) {
  const deadline = Date.now() + patienceMs;
  for (let received = 0; ; await sleep(25)) {
    received = await steered.call('count');
    if (received === count) return;
    if (received > count || Date.now() > deadline) {
      throw new Problem(`A page was given ${received} messages, and ${count} were sent: correct the case.`, {
        exitCode: 2,
      });
    }
  }
}
