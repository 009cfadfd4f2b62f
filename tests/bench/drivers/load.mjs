import { channels, clientSides } from '../lib/client-sides.mjs';
import { broadcastSteadily, untilReceived } from '../lib/steady-broadcasts.mjs';
import { openSteeredPage } from '../lib/steered-page.mjs';

export const wholePlan = { rounds: 7, warmUps: 0 };
export const quickPlan = { rounds: 1, warmUps: 0 };

/** How many seconds the flood goes on in a round. */
const floodSeconds = { whole: 2, quick: 1 };
const warmUp = { perSecond: 2_000, ms: 500 };
const messageSize = 1_024;
const distinct = 1_000;

/** @type {import('../lib/run-cases.mjs').Driver['open']} */
export async function open(entries, { browser, siteUrl, realtime, quick }) {
  const rates = new Set(entries.map(({ parameters }) => Number(parameters?.perSecond)));
  const seconds = quick ? floodSeconds.quick : floodSeconds.whole;
  /** @type {import('playwright-core').BrowserContext[]} */
  const contexts = [];
  const sides = [];
  for (const { role, name, client } of clientSides) {
    const context = await browser.newContext();
    contexts.push(context);
    const steered = await openSteeredPage(context, siteUrl, 'responsiveness');
    const key = `load-${role}`;
    await steered.call('connect', { client, key, channels });
    /** @type {import('../lib/steady-broadcasts.mjs').Frame[]} */
    const frames = await steered.call('frames', { channels, size: messageSize, amount: distinct });
    // What is compiled and allocated once is no part of the first round.
    let sent = await broadcastSteadily(realtime.clientsOf(key), frames, warmUp.perSecond, warmUp.ms);
    sides.push({
      role,
      name,
      async round() {
        /** @type {Record<string, number>} */
        const figures = {};
        for (const rate of rates) {
          await steered.page.bringToFront();
          await steered.call('watch');
          sent += await broadcastSteadily(realtime.clientsOf(key), frames, rate, seconds * 1_000);
          await untilReceived(steered, sent);
          const { longestMs, framesMissed } = await steered.call('watched', seconds);
          figures[`load.long_task_max_${rate / 1_000}k`] = longestMs;
          figures[`load.frames_dropped_${rate / 1_000}k`] = framesMissed;
        }
        return figures;
      },
    });
  }
  return {
    order: 'in turn',
    sides,
    async close() {
      for (const context of contexts) await context.close();
    },
  };
}
