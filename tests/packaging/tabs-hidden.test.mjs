// Tabs of one window, of which one is seen: whoever leads is usually hidden, and so are most of those that follow.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { chromium, expect } from '@playwright/test';
import { launchWindow } from '../../scripts/lib/chromium-window.mjs';
import { allHear, roles, say, startLiveTabs } from './live-tabs.mjs';

/* What runs in the page. */
/** @type {any} */
const window = undefined;

/** @typedef {import('@playwright/test').Page} Page */

/** @type {Awaited<ReturnType<typeof startLiveTabs>>} */
let tabs;
beforeEach(async () => {
  tabs = await startLiveTabs(() => launchWindow(chromium, process.env.CHROMIUM || '/usr/bin/chromium'));
});
afterEach(() => tabs.stop());

/** Tabs of which the last is seen, once a worker keeps the time of the first, which leads. @param {number} count */
async function openWindow(count) {
  const pages = await tabs.openTabs(count);
  assert.deepEqual(await visibility(pages), [...Array(count - 1).fill('hidden'), 'visible']);
  assert.equal((await roles(pages))[0], 'leading');
  await expect
    .poll(() => pages[0]?.evaluate(() => window.manager.getTabs().heartbeats), { timeout: 10_000 })
    .toBe('worker');
  return pages;
}

/** @param {Page[]} pages @returns {Promise<string[]>} */
const visibility = (pages) =>
  Promise.all(pages.map((page) => page.evaluate(() => window.document.visibilityState)));

/** Somebody else, in this page, says a number every 10 ms, as a rule for two seconds. @param {Page} page */
async function sayNumbers(page, count = 200) {
  await page.evaluate(
    async ({ url, key, count }) => {
      const module = '/module/index.js';
      const { RealtimeSubscriptionManager } = await import(module);
      const other = new RealtimeSubscriptionManager({ url, key, tabs: 'alone' });
      await other.subscribe('lobby', { channel: 'lobby', onData() {} });
      const began = performance.now();
      for (let number = 0; number < count; number += 1) {
        while (performance.now() - began < 10 * number)
          await new Promise((resolve) => setTimeout(resolve, 1));
        void other.send('lobby', 'number', { text: number, at: Date.now() });
      }
    },
    { url: tabs.backend.url, key: tabs.backend.anonKey, count },
  );
}

/** From now on a page notes when it is given what is said. @param {Page} page */
async function noteDelays(page) {
  await page.evaluate(async () => {
    window.delays = [];
    await window.manager.subscribe('lobby', {
      channel: 'lobby',
      onData: (/** @type {any} */ { payload: { text, at } }) => {
        window.heard.push(text);
        window.delays.push(Date.now() - at);
      },
    });
  });
}

/** A page counts its messages that carry frames. @param {Page} page */
async function countWritten(page) {
  await page.evaluate(() => {
    window.written = {};
    const { postMessage } = BroadcastChannel.prototype;
    BroadcastChannel.prototype.postMessage = function (/** @type {any} */ message) {
      if (Array.isArray(message?.frames)) window.written[this.name] = (window.written[this.name] ?? 0) + 1;
      postMessage.call(this, message);
    };
  });
}

const all = Array.from({ length: 200 }, (_, number) => number);

/** @param {Page} page */
async function hearsAllInOrder(page) {
  const heard = () => page.evaluate(() => window.heard);
  await expect.poll(heard, { timeout: 10_000 }).toHaveLength(all.length);
  assert.deepEqual(await heard(), all);
}

test('a hidden tab that leads sends on within 16 ms to the tab that is seen, and four times a second to the hidden ones', async () => {
  const pages = await openWindow(3);
  const [leader, hidden, seen] = pages;
  assert.ok(leader && hidden && seen);
  for (const page of [hidden, seen]) await noteDelays(page);
  await countWritten(leader);
  const began = Date.now();
  await sayNumbers(seen);
  for (const page of pages) await hearsAllInOrder(page);
  const took = Date.now() - began;
  const delays = await seen.evaluate(() =>
    window.delays.sort((/** @type {any} */ a, /** @type {any} */ b) => a - b),
  );
  assert.ok(delays[100] < 60 && delays[190] < 250, `${delays[100]} ms, of ten in a hundred ${delays[190]}`);
  const late = await hidden.evaluate(() => Math.max(...window.delays));
  assert.ok(late < 1_500, `${late} ms`);
  const counts = /** @type {number[]} */ (Object.values(await leader.evaluate(() => window.written)));
  assert.equal(counts.length, 2);
  const [less = 0, more = 0] = counts.sort((one, other) => one - other);
  // What is said to a tab besides goes behind what waits.
  assert.ok(less <= took / 250 + 5, `${less} times to the hidden tab in ${took} ms`);
  assert.ok(more > 2 * less && more <= took / 16 + 5, `${more} times to the one that is seen`);
});

test('a tab that is shown is sent all that waits at once, and from then on in time; the one that was seen is not', async () => {
  const pages = await openWindow(3);
  const [leader, shown, former] = pages;
  assert.ok(leader && shown && former);
  await shown.bringToFront();
  await expect.poll(() => visibility(pages)).toEqual(['hidden', 'visible', 'hidden']);
  for (const page of [shown, former]) await noteDelays(page);
  await sayNumbers(shown);
  for (const page of pages) await hearsAllInOrder(page);
  const median = (/** @type {Page} */ page) =>
    page.evaluate(() => window.delays.sort((/** @type {any} */ a, /** @type {any} */ b) => a - b)[100]);
  assert.ok((await median(shown)) < 60, `${await median(shown)} ms`);
  assert.ok((await median(former)) > 60, `${await median(former)} ms`);
});

test('what waits in a tab that leads to be sent on goes at once when that is hidden, however late its timers are', async () => {
  const pages = await openWindow(2);
  const [leader, other] = pages;
  assert.ok(leader && other);
  await leader.bringToFront();
  await expect.poll(() => visibility(pages)).toEqual(['visible', 'hidden']);
  await leader.evaluate(() => {
    window.setTimeout = () => 0;
  });
  await say(other, 'to nobody else');
  await say(leader, 'before it');
  await allHear([other], 'before it');
  await sayNumbers(other, 1);
  await expect.poll(() => leader.evaluate(() => window.heard.length)).toBe(2);
  assert.deepEqual(await other.evaluate(() => window.heard), ['before it']);
  await (await tabs.blankTab()).bringToFront();
  await expect.poll(() => other.evaluate(() => window.heard), { timeout: 3_000 }).toEqual(['before it', 0]);
});
