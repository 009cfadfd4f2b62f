// The breakers of a user's tabs are one: what one tab has met with keeps the others, and the next page, from asking.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { expect } from '@playwright/test';
import { startFailingServer } from './failing-server.mjs';
import { startTabs } from './tabs.mjs';
import { tokenOf } from './tokens.mjs';

/** @typedef {import('@playwright/test').Page} Page */

/* What runs in a tab. */
/** @type {any} */
const page = globalThis;

/** @type {Awaited<ReturnType<typeof startTabs>>} */
let tabs;
/** @type {Awaited<ReturnType<typeof startFailingServer>>} */
let server;
/** @type {import('@playwright/test').BrowserContext} */
let context;
before(async () => {
  tabs = await startTabs();
  server = await startFailingServer();
});
after(async () => {
  await tabs.stop();
  await server.stop();
});
beforeEach(async () => {
  context = await tabs.browser.newContext();
});
afterEach(() => context.close());

const breaker = { threshold: 2, probes: 2, successes: 3 };

/** What each tab has: `begin` and `ask`. @param {{ breaker: object, place: string }} given */
function provide({ breaker, place }) {
  const page = /** @type {any} */ (globalThis);
  page.page = page;
  page.begin = async (/** @type {string} */ user) => {
    const { createDashboard } = await import(`${page.location.origin}/index.js`);
    page.dashboard = await createDashboard({
      url: 'http://127.0.0.1:9',
      key: 'key',
      accessToken: () => page.tokenOf(user),
      services: { calendar: { url: place, retry: false, breaker } },
    });
    // It is known whose they are once the databases are opened.
    await page.dashboard.store.space();
  };
  let asked = 0;
  page.ask = async () => {
    asked += 1;
    try {
      await page.dashboard.integrations.request('calendar', `/days?${asked}`);
      return 'answered';
    } catch (error) {
      return /** @type {any} */ (error).code;
    }
  };
  page.state = () => page.dashboard.integrations.breaker('calendar').getState();
  page.left = () => page.dashboard.integrations.status('calendar').retryAfter;
}

/** @param {string} [user] @param {{ isBlocked?: boolean, timeout?: number }} [more] */
async function openTab(user = 'amelia', { isBlocked = false, timeout = 700 } = {}) {
  const tab = await context.newPage();
  await tab.addInitScript(`globalThis.tokenOf = ${tokenOf}`);
  await tab.addInitScript(provide, { breaker: { ...breaker, timeout }, place: server.url });
  if (isBlocked) {
    await tab.addInitScript(() => {
      Object.defineProperty(globalThis, 'localStorage', {
        get() {
          throw new DOMException('The site data are blocked.', 'SecurityError');
        },
      });
    });
  }
  await tab.goto(`${tabs.url}/index.js`);
  await tab.evaluate((user) => page.begin(user), user);
  return tab;
}

const state = (/** @type {Page} */ tab) => tab.evaluate(() => page.state());
const ask = (/** @type {Page} */ tab) => tab.evaluate(() => page.ask());
/** What a tab sees of the states that are kept: its own writes at once, another tab's a moment later. */
const kept = (/** @type {Page} */ tab) =>
  tab.evaluate(() => Object.keys(page.localStorage).filter((key) => key.includes('breaker')));

/** Until it is. @param {Page} tab @param {string} user */
const become = (tab, user) =>
  tab.evaluate(async (user) => {
    const changed = new Promise((resolve) => page.dashboard.realtime.once('user-changed', resolve));
    await page.dashboard.realtime.setAuth(page.tokenOf(user));
    await changed;
  }, user);

/** @param {Page} tab */
async function open(tab) {
  server.reply({ status: 500 });
  for (let failed = 0; failed < breaker.threshold; failed += 1)
    assert.equal(await ask(tab), 'request_failed');
  assert.equal(await state(tab), 'open');
}

test('one opens, and all refuse; the next page too; half-open they send no more together than one would', async () => {
  // Longer than a page takes to load, on a slow machine too.
  const timeout = 4_000;
  const three = [
    await openTab('amelia', { timeout }),
    await openTab('amelia', { timeout }),
    await openTab('amelia', { timeout }),
  ];
  const [first, , third] = /** @type {[Page, Page, Page]} */ (three);
  await open(first);
  for (const tab of three) await expect.poll(() => state(tab)).toBe('open');
  assert.deepEqual(await Promise.all(three.map(ask)), Array(3).fill('breaker_open'));
  // Also where a page begins anew.
  await third.reload();
  await third.evaluate((user) => page.begin(user), 'amelia');
  assert.equal(await state(third), 'open');
  assert.equal(server.asked.length, breaker.threshold);
  // All ask for it again and again, from before its time until probes are long under way.
  server.reply({ hang: true });
  const storm = three.map((tab) =>
    tab.evaluate(async () => {
      const told = [];
      const end = performance.now() + page.left() + 1_000;
      while (performance.now() < end) {
        told.push(Promise.race([page.ask(), new Promise((resolve) => setTimeout(resolve, 100, 'sent'))]));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return (await Promise.all(told)).filter((what) => what === 'sent').length;
    }),
  );
  const sent = await Promise.all(storm);
  assert.ok(server.asked.length >= 1, 'a probe is sent');
  assert.ok(
    server.asked.length <= breaker.probes,
    `${server.asked.length} were sent, by tab: ${sent.join()}`,
  );
});

test('a service that is back is so for all tabs', async () => {
  const two = [await openTab(), await openTab()];
  const [first, second] = /** @type {[Page, Page]} */ (two);
  await open(first);
  await expect.poll(() => state(second)).toBe('open');
  server.reply({});
  await first.waitForFunction(() => page.left() === null || page.left() === 0, null, { timeout: 10_000 });
  await expect
    .poll(async () => `${await ask(first)} ${await state(first)}`, { intervals: [50], timeout: 10_000 })
    .toBe('answered closed');
  await expect.poll(() => state(second)).toBe('closed');
});

test('another user begins with a closed one, and signing out leaves nothing of it', async () => {
  const first = await openTab('amelia', { timeout: 60_000 });
  await open(first);
  assert.equal((await kept(first)).length, 1);
  const second = await openTab('ben', { timeout: 60_000 });
  assert.equal(await state(second), 'closed');
  assert.equal(await state(first), 'open');
  await second.close();
  // In one tab that changes its user.
  await become(first, 'ben');
  await expect.poll(() => state(first)).toBe('closed');
  const third = await openTab('amelia', { timeout: 60_000 });
  await expect.poll(() => state(third)).toBe('open');
  await third.evaluate(() => page.dashboard.signOut({ pending: 'discard' }));
  assert.deepEqual(await kept(third), []);
  await expect.poll(() => kept(first)).toEqual([]);
});

test('calls that end after the sign-out leave nothing in any of the user’s tabs; who signs in next has states again', async () => {
  const two = [await openTab(), await openTab()];
  const [first, second] = /** @type {[Page, Page]} */ (two);
  await open(first);
  await expect.poll(() => state(second)).toBe('open');
  for (const tab of two) {
    await tab.evaluate(() => {
      page.wiped = new Promise((resolve) => page.dashboard.store.on('wiped', resolve));
    });
  }
  await second.evaluate(() => page.dashboard.signOut({ pending: 'discard' }));
  for (const tab of two) {
    await tab.evaluate(() => page.wiped);
    assert.deepEqual(await kept(tab), []);
    // A probe fails: it opens anew, which it would tell the others.
    await expect.poll(() => ask(tab), { timeout: 10_000 }).toBe('request_failed');
    assert.equal(await state(tab), 'open');
    assert.deepEqual(await kept(tab), []);
  }
  await become(first, 'ben');
  assert.equal(await state(first), 'closed');
  await open(first);
  assert.equal((await kept(first)).length, 1);
});

test('where the site’s data are blocked each tab has its own, and works', async () => {
  const alone = await openTab('amelia', { isBlocked: true });
  await open(alone);
  assert.equal(await ask(alone), 'breaker_open');
  const other = await openTab();
  assert.equal(await state(other), 'closed');
});

test('what somebody else has written in its place is nothing, and harms nothing', async () => {
  const first = await openTab();
  await open(first);
  const key = await first.evaluate(() =>
    Object.keys(page.localStorage).find((key) => key.includes('breaker')),
  );
  const told = await first.evaluate((key) => page.localStorage.getItem(key ?? ''), key);
  assert.ok(key && told);
  for (const text of [
    '',
    '{}',
    'null',
    '\ud800',
    told.slice(0, -1),
    told.replace(/\d+/g, '99999999999999999999'),
    'x'.repeat(100_000),
  ]) {
    await first.evaluate(([key = '', text = '']) => page.localStorage.setItem(key, text), [key, text]);
    const next = await openTab();
    // Whatever it makes of it, a call comes to an end.
    assert.match(await ask(next), /answered|breaker_open|request_failed/, text.slice(0, 60));
    assert.ok((await next.evaluate(() => page.left() ?? 0)) <= 600_000, text.slice(0, 60));
    await next.close();
  }
});
