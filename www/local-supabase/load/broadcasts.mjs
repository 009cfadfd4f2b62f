import { setTimeout as sleep } from 'node:timers/promises';
import { startBackend } from './backend.mjs';
import { openClient } from './clients.mjs';
import { growthPerMinute, percentile } from './figures.mjs';

const listenersPerTopic = 50;
const padding = 'x'.repeat(180);

/**
 * `connections` sockets in rooms of fifty; one of each room speaks, so that together `perSecond` messages are
 * delivered each second, for `seconds`. Every delivery is counted and timed.
 */
export async function loadBroadcasts({ connections, perSecond, seconds, databaseUrl = null }) {
  const backend = await startBackend({ databaseUrl });
  const latencies = [];
  let delivered = 0;
  const onFrame = (data) => {
    const text = data.toString();
    if (!text.includes('"broadcast"')) return;
    delivered += 1;
    if (delivered % 10 === 0) latencies.push(Date.now() - Number(/"at":(\d+)/.exec(text)[1]));
  };
  const clients = [];
  for (let start = 0; start < connections; start += 50) {
    const opening = Array.from({ length: Math.min(50, connections - start) }, (_, index) =>
      openClient(backend, { topic: `room-${Math.floor((start + index) / listenersPerTopic)}`, onFrame }),
    );
    clients.push(...(await Promise.all(opening)));
  }
  const speakers = clients.filter((_, index) => index % listenersPerTopic === 0);
  const deliveredPerMessage = listenersPerTopic - 1;
  const messagesPerSecond = perSecond / deliveredPerMessage;
  const memory = [];
  const cpuBefore = backend.cpu();
  const started = performance.now();
  let sent = 0;
  let nextSample = 0;
  for (let elapsed = 0; elapsed < seconds * 1_000; elapsed = performance.now() - started) {
    for (const due = Math.floor((elapsed / 1_000) * messagesPerSecond); sent < due; sent += 1) {
      speakers[sent % speakers.length].broadcast(`{"at":${Date.now()},"n":${sent},"padding":"${padding}"}`);
    }
    if (elapsed >= nextSample) {
      memory.push({ at: elapsed, value: backend.memory() });
      nextSample += 1_000;
    }
    await sleep(5);
  }
  const took = (performance.now() - started) / 1_000;
  const cpu = backend.cpu() - cpuBefore;
  const expected = sent * deliveredPerMessage;
  const patience = performance.now() + 10_000;
  while (delivered < expected && performance.now() < patience) await sleep(20);
  const figures = {
    connections,
    sent,
    expected,
    delivered,
    deliveredPerSecond: Math.round(delivered / took),
    latencyMs: { median: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) },
    serverCpuPercent: Math.round((cpu / took) * 100),
    memoryMB: {
      first: Math.round(memory[0].value),
      last: Math.round(memory.at(-1).value),
      growthPerMinute: Number(growthPerMinute(memory).toFixed(2)),
    },
  };
  for (const client of clients) client.close();
  await backend.stop();
  return figures;
}
