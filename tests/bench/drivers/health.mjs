import { setTimeout as sleep } from 'node:timers/promises';
import { mainThread } from '../lib/main-thread.mjs';
import { openSteeredPage } from '../lib/steered-page.mjs';

export const wholePlan = { rounds: 5, warmUps: 0 };
export const quickPlan = { rounds: 1, warmUps: 0 };

/** How many questions a service is asked in a round, one a second: the shortest interval that there is. */
const questions = { whole: 10, quick: 4 };
/** How much more often that is than by default. */
const hurried = 60;

/** @type {import('../lib/run-cases.mjs').Driver['open']} */
export async function open(_, { browser, browserName, siteUrl, quick }) {
  const context = await browser.newContext();
  const seconds = quick ? questions.quick : questions.whole;
  return {
    order: 'in turn',
    sides: [
      {
        role: 'ours',
        name: '@wedsync/dashboard',
        async round() {
          const steered = await openSteeredPage(context, siteUrl, 'health');
          await steered.call('monitor', { services: 10, intervalMs: 60_000 / hurried });
          const busyMs = await mainThread(steered.page, browserName);
          // What is loaded and compiled once is no part of it.
          await sleep(2_000);
          const [before, answered] = [await busyMs(), await steered.call('answers')];
          await sleep(seconds * 1_000);
          const busy = (await busyMs()) - before;
          const answers = (await steered.call('answers')) - answered;
          // Intervals are jittered; half of them would be another figure.
          if (answers < seconds * 7)
            throw new Error(`${answers} questions were answered within ${seconds} s.`);
          await steered.page.close();
          return { 'health.monitoring': busy / (seconds * 1_000) / hurried };
        },
      },
    ],
    close: () => context.close(),
  };
}
