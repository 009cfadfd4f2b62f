import { channels, clientSides } from '../lib/client-sides.mjs';
import { broadcastSteadily, untilReceived } from '../lib/steady-broadcasts.mjs';
import { openSteeredPage } from '../lib/steered-page.mjs';

/** @typedef {{ sockets: number, bytes: number, cpu: number }} Cost of some tabs */
/** @typedef {import('../lib/run-cases.mjs').Workplace} Workplace */

export const wholePlan = { rounds: 7, warmUps: 0 };
export const quickPlan = { rounds: 1, warmUps: 0 };

const perSecond = 500;
const messageSize = 1_024;
const flowMs = { whole: 3_000, quick: 1_000 };
const distinct = 500;

/**
 * In each round every number of tabs is opened anew, as tabs of one context, and all are sent the same.
 * @type {import('../lib/run-cases.mjs').Driver['open']}
 */
export async function open(entries, workplace) {
  const counts = new Set(entries.map(({ parameters }) => Number(parameters?.tabs)));
  // Ten tabs are held against one.
  if (entries.some(({ name }) => name.startsWith('tabs.ten_'))) counts.add(1);
  return {
    order: 'in turn',
    sides: clientSides.map(({ role, name, client }) => ({
      role,
      name: role === 'limit' ? 'one socket, JSON.parse and a Map in each tab' : name,
      async round() {
        /** @type {Record<string, number>} */
        const figures = {};
        const measure = async (/** @type {number} */ count) => {
          const cost = await costOf(client, `tabs-${role}-${count}`, count, workplace);
          // No tab of the limit needs a socket of its own: one would do for all.
          const sockets = role === 'limit' ? 1 : cost.sockets;
          figures[`tabs.sockets_${count}`] = sockets;
          figures[`tabs.bytes_${count}`] = (cost.bytes / cost.sockets) * sockets;
          figures[`tabs.cpu_${count}`] = cost.cpu;
        };
        // Beside each other: what is counted does not depend on what else the machine does.
        await Promise.all([...counts].map(measure));
        for (const what of ['bytes', 'cpu']) {
          const [ten, one] = [figures[`tabs.${what}_10`], figures[`tabs.${what}_1`]];
          if (ten !== undefined && one) figures[`tabs.ten_${what}`] = ten / one;
        }
        return figures;
      },
    })),
    close: async () => {},
  };
}

/**
 * @param {string} client
 * @param {string} key
 * @param {number} count
 * @param {Workplace} workplace
 * @returns {Promise<Cost>}
 */
async function costOf(client, key, count, { browser, browserName, siteUrl, realtime, quick }) {
  const context = await browser.newContext();
  try {
    const tabs = [];
    while (tabs.length < count) {
      const steered = await openSteeredPage(context, siteUrl, 'receive');
      await steered.call('connect', { client, key, channels });
      tabs.push({ steered, busyMs: await mainThread(steered.page, browserName) });
    }
    const frames = await tabs[0]?.steered.call('frames', { channels, size: messageSize, amount: distinct });
    const sockets = realtime.clientsOf(key);
    const bytesBefore = total(sockets, ({ bytesSent }) => bytesSent);
    const busyBefore = await sum(tabs, ({ busyMs }) => busyMs());
    const sent = await broadcastSteadily(sockets, frames, perSecond, quick ? flowMs.quick : flowMs.whole);
    for (const { steered } of tabs) await untilReceived(steered, sent);
    return {
      cpu: (await sum(tabs, ({ busyMs }) => busyMs())) - busyBefore,
      bytes: total(sockets, ({ bytesSent }) => bytesSent) - bytesBefore,
      sockets: sockets.length,
    };
  } finally {
    await context.close();
  }
}

/**
 * For how long a page's main thread has run. Only Chromium tells.
 * @param {import('playwright-core').Page} page
 * @param {Workplace['browserName']} browserName
 */
async function mainThread(page, browserName) {
  if (browserName !== 'chromium') return async () => Number.NaN;
  const session = await page.context().newCDPSession(page);
  // Time of the processor, so that what else the machine does is not counted.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1_000;
  };
}

/** @template T @param {T[]} items @param {(item: T) => number} of */
function total(items, of) {
  return items.reduce((all, item) => all + of(item), 0);
}

/** @template T @param {T[]} items @param {(item: T) => Promise<number>} of */
async function sum(items, of) {
  return total(await Promise.all(items.map(of)), (value) => value);
}
