import { channels, clientSides } from '../lib/client-sides.mjs';
import { mainThread } from '../lib/main-thread.mjs';
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

/** Tabs that are all seen, as of windows side by side. @type {import('../lib/run-cases.mjs').Driver['open']} */
export const open = openTabs('tabs.', async ({ browser }) => {
  const context = await browser.newContext();
  return { context, close: () => context.close() };
});

/** @typedef {{ context: import('playwright-core').BrowserContext, close: () => Promise<unknown> }} Place where tabs share what a browser keeps */

/**
 * In each round every number of tabs is opened anew, as tabs of one context, and all are sent the same.
 * @param {string} prefix what the names of the cases begin with
 * @param {(workplace: Workplace) => Promise<Place>} openPlace
 * @returns {import('../lib/run-cases.mjs').Driver['open']}
 */
export function openTabs(prefix, openPlace) {
  return (entries, workplace) => measurementOf(prefix, openPlace, entries, workplace);
}

/**
 * @param {string} prefix
 * @param {(workplace: Workplace) => Promise<Place>} openPlace
 * @param {import('../catalogue/index.mjs').BenchCase[]} entries
 * @param {Workplace} workplace
 * @returns {Promise<import('../lib/measure.mjs').Measurement>}
 */
async function measurementOf(prefix, openPlace, entries, workplace) {
  const counts = new Set(entries.map(({ parameters }) => Number(parameters?.tabs)));
  // Ten tabs are held against one.
  if (entries.some(({ name }) => name.startsWith(`${prefix}ten_`))) counts.add(1);
  return {
    order: 'in turn',
    sides: clientSides.map(({ role, name, client }) => ({
      role,
      name: role === 'limit' ? 'one socket, JSON.parse and a Map in each tab' : name,
      async round() {
        /** @type {Record<string, number>} */
        const figures = {};
        const measure = async (/** @type {number} */ count) => {
          const place = await openPlace(workplace);
          const cost = await costOf(client, `${prefix}${role}-${count}`, count, workplace, place);
          // No tab of the limit needs a socket of its own: one would do for all.
          const sockets = role === 'limit' ? 1 : cost.sockets;
          figures[`${prefix}sockets_${count}`] = sockets;
          figures[`${prefix}bytes_${count}`] = (cost.bytes / cost.sockets) * sockets;
          figures[`${prefix}cpu_${count}`] = cost.cpu;
        };
        // Beside each other: what is counted does not depend on what else the machine does.
        await Promise.all([...counts].map(measure));
        for (const what of ['bytes', 'cpu']) {
          const [ten, one] = [figures[`${prefix}${what}_10`], figures[`${prefix}${what}_1`]];
          if (ten !== undefined && one) figures[`${prefix}ten_${what}`] = ten / one;
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
 * @param {Place} place
 * @returns {Promise<Cost>}
 */
async function costOf(client, key, count, { browserName, siteUrl, realtime, quick }, { context, close }) {
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
    await close();
  }
}

/** @template T @param {T[]} items @param {(item: T) => number} of */
function total(items, of) {
  return items.reduce((all, item) => all + of(item), 0);
}

/** @template T @param {T[]} items @param {(item: T) => Promise<number>} of */
async function sum(items, of) {
  return total(await Promise.all(items.map(of)), (value) => value);
}
