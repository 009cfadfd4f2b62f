// Several tabs of a user ask the application for its token one at a time.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { roles, startLiveTabs } from './live-tabs.mjs';

/* What runs in the page. */
/** @type {any} */
const window = undefined;

/** @typedef {import('@playwright/test').Page} Page */

/** @type {Awaited<ReturnType<typeof startLiveTabs>>} */
let tabs;
before(async () => {
  tabs = await startLiveTabs();
});
after(() => tabs.stop());
afterEach(() => tabs.endContext());

test('the application’s token is asked for by one tab at a time, also where two begin at once', async () => {
  await tabs.newContext();
  const token = await tabs.signIn('amelia@rosewood.example');
  const asked = /** @type {{ page: string, began: number, ended: number }[]} */ ([]);
  const pages = await Promise.all(
    ['one', 'two'].map(async (name) => {
      const page = await tabs.blankTab();
      await page.exposeFunction('note', (/** @type {number} */ began, /** @type {number} */ ended) =>
        asked.push({ page: name, began, ended }),
      );
      return page;
    }),
  );
  await Promise.all(
    pages.map((page) =>
      page.evaluate(
        async ({ url, key, token }) => {
          const module = '/module/index.js';
          const { RealtimeSubscriptionManager } = await import(module);
          const accessToken = async () => {
            const began = Date.now();
            await new Promise((resolve) => setTimeout(resolve, 500));
            await window.note(began, Date.now());
            return token;
          };
          window.manager = new RealtimeSubscriptionManager({ url, key, accessToken });
          await window.manager.subscribe('lobby', { channel: 'lobby', onData() {} });
        },
        { url: tabs.backend.url, key: tabs.backend.anonKey, token },
      ),
    ),
  );
  // Each asks whose it is, and the one that leads before it joins.
  assert.deepEqual([...new Set(asked.map(({ page }) => page))].sort(), ['one', 'two']);
  asked.sort((one, other) => one.began - other.began);
  for (const [number, { began }] of asked.entries()) {
    const before = asked[number - 1];
    assert.ok(!before || began >= before.ended, JSON.stringify(asked));
  }
  assert.deepEqual((await roles(pages)).sort(), ['following', 'leading']);
  assert.equal(await tabs.connections(), 1);
});

test('a question for the token that is never answered holds another tab up no longer than five seconds', async () => {
  await tabs.newContext();
  const token = await tabs.signIn('amelia@rosewood.example');
  const [hanging, other] = [await tabs.blankTab(), await tabs.blankTab()];
  const begin = (/** @type {Page} */ page, /** @type {string | null} */ token) =>
    page.evaluate(
      async ({ url, key, token }) => {
        const module = '/module/index.js';
        const { RealtimeSubscriptionManager } = await import(module);
        const accessToken = () => {
          window.askedAt = Date.now();
          return token ?? new Promise(() => {});
        };
        window.manager = new RealtimeSubscriptionManager({ url, key, accessToken });
        const began = Date.now();
        const live = window.manager
          .subscribe('lobby', { channel: 'lobby', onData() {} })
          .then(() => Date.now() - began);
        while (token === null && !window.askedAt) await new Promise((resolve) => setTimeout(resolve, 10));
        return token === null ? 0 : { live: await live, asked: window.askedAt - began };
      },
      { url: tabs.backend.url, key: tabs.backend.anonKey, token },
    );
  await begin(hanging, null);
  const { live, asked } = /** @type {{ live: number, asked: number }} */ (await begin(other, token));
  assert.ok(asked >= 4_500 && asked < 6_000, `it waited ${asked} ms for its turn`);
  assert.ok(live < 8_000, `live after ${live} ms`);
});
