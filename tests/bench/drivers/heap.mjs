import { channels, clientSides } from '../lib/client-sides.mjs';
import { openSteeredPage } from '../lib/steered-page.mjs';

export const wholePlan = { rounds: 7, warmUps: 0 };
export const quickPlan = { rounds: 1, warmUps: 0 };

const messages = { whole: 1_000_000, quick: 100_000 };
/** After so many everything that a client makes once is made. */
const first = 10_000;
const megabyte = 1_000_000;

/**
 * Each round in a page of its own, from its first message to its last. Only Chromium tells what its heap holds.
 * @type {import('../lib/run-cases.mjs').Driver['open']}
 */
export async function open(_entries, { browser, browserName, siteUrl, quick }) {
  return {
    // What a heap holds does not depend on what goes on beside it.
    order: 'together',
    sides: clientSides.map(({ role, name, client }) => ({
      role,
      name,
      async round() {
        /** @type {Record<string, number>} */
        const figures = {};
        if (browserName !== 'chromium') return figures;
        const context = await browser.newContext();
        const steered = await openSteeredPage(context, siteUrl, 'heap');
        const heap = await heapOf(steered);
        await steered.call('connect', { client, channels });
        await steered.call('deliver', first);
        const before = await heap();
        await steered.call('deliver', (quick ? messages.quick : messages.whole) - first);
        const after = await heap();
        await context.close();
        return { 'heap.after_1m': after / megabyte, 'heap.growth_1m': growth(before, after) };
      },
    })),
    close: async () => {},
  };
}

/** In tenths of a megabyte, which is as exact as a heap is; one that shrank has not grown. @param {number} before @param {number} after */
function growth(before, after) {
  return Math.max(0, Math.round(((after - before) / megabyte) * 10) / 10);
}

/** @param {import('../lib/steered-page.mjs').SteeredPage} steered */
async function heapOf({ page, call }) {
  const session = await page.context().newCDPSession(page);
  return async () => {
    // Once more for what the finalizers of the first let go.
    for (let time = 0; time < 2; time += 1) await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    return usedSize + (await call('wasmBytes'));
  };
}
