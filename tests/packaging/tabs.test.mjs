// Several tabs of a user in a real browser: one connection for all, and what becomes of it when the tab that holds it is
// closed, crashes, freezes, is put away, or belongs to somebody else from now on.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, afterEach, before, test } from 'node:test';
import { expect } from '@playwright/test';
import { startLocalSupabase } from '@wedsync/local-supabase';
import { migrationsDir, seedFile } from '../../scripts/lib/paths.mjs';
import { servePackage } from './package-server.mjs';
import { rendererOf } from './tabs.mjs';
import { launchChromium } from './workplace.mjs';

/* What runs in the page. */
/** @type {any} */
const window = undefined;

/** @typedef {import('@playwright/test').Page} Page */

/** @type {import('@playwright/test').Browser} */
let browser;
/** @type {import('@playwright/test').BrowserContext} */
let context;
/** @type {Awaited<ReturnType<typeof servePackage>>} */
let server;
/** @type {import('node:http').Server} */
let site;
/** @type {Awaited<ReturnType<typeof startLocalSupabase>>} */
let backend;
let siteUrl = '';

before(async () => {
  browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  server = await servePackage();
  backend = await startLocalSupabase({ port: 0, controlPort: 0, migrations: migrationsDir, seed: seedFile });
  site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>A tab</title>');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => site.once('listening', resolve));
  siteUrl = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (site.address()).port}`;
});
after(async () => {
  await browser.close();
  await server.stop();
  await backend.stop();
  site.close();
});
afterEach(async () => {
  await context.close();
});

/** @param {string} email */
async function signIn(email) {
  const response = await fetch(`${backend.url}/auth/v1/token?grant_type=password`, {
    method: 'POST',
    headers: { apikey: backend.anonKey, 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: 'wedding-demo-1' }),
  });
  assert.equal(response.status, 200);
  return /** @type {{ access_token: string }} */ (await response.json()).access_token;
}

/**
 * A tab with a manager, which is told whose it is.
 * @param {{ token?: string | null, channel?: string, self?: boolean }} [options]
 */
async function openTab({ token = null, channel = 'lobby', self = false } = {}) {
  const page = await blankTab();
  await begin(page, { token, channel, self });
  return page;
}

/** A tab that has nothing yet, and can load the module. */
async function blankTab() {
  const page = await context.newPage();
  await page.goto(siteUrl);
  await page.route(`${siteUrl}/module/**`, async (route) => {
    const path = new URL(route.request().url()).pathname.replace('/module', '');
    await route.fulfill({ response: await route.fetch({ url: server.url + path }) });
  });
  return page;
}

/** @param {Page} page @param {{ token: string | null, channel: string, self: boolean }} options */
async function begin(page, options) {
  await page.evaluate(
    async ({ url, key, token, channel, self }) => {
      const module = '/module/index.js';
      const { RealtimeSubscriptionManager, init } = await import(module);
      await init();
      const told = /** @type {{ at: number, what: string }[]} */ ([]);
      const heard = /** @type {unknown[]} */ ([]);
      const tell = (/** @type {string} */ what) => told.push({ at: Date.now(), what });
      const manager = new RealtimeSubscriptionManager({ url, key, accessToken: token });
      Object.assign(window, { manager, told, heard });
      manager.on('tabs', (/** @type {any} */ { role }) => tell(role));
      await manager.subscribe('lobby', {
        channel,
        self,
        onData: (/** @type {any} */ { payload }) => heard.push(payload.text),
        onStatus: tell,
        onContinuity: tell,
      });
    },
    { url: backend.url, key: backend.anonKey, ...options },
  );
}

/** @param {number} count @param {Parameters<typeof openTab>[0]} [options] */
async function openTabs(count, options) {
  context = await browser.newContext();
  const pages = [];
  for (let opened = 0; opened < count; opened += 1) pages.push(await openTab(options));
  return pages;
}

/** @param {Page} page @returns {Promise<string>} */
const roleOf = (page) => page.evaluate(() => window.manager.getTabs().role);

/** @param {Page[]} pages */
async function roles(pages) {
  return Promise.all(pages.map(roleOf));
}

async function connections() {
  const stats = await (await fetch(`${backend.controlUrl}/stats`)).json();
  return /** @type {{ connections: number }} */ (stats).connections;
}

/** @param {Page} from @param {string} text */
async function say(from, text) {
  await from.evaluate((text) => window.manager.send('lobby', 'said', { text }), text);
}

/** @param {Page[]} pages @param {string} text @param {number} times */
async function allHear(pages, text, times = 1) {
  for (const page of pages) {
    const heard = () =>
      page.evaluate((text) => window.heard.filter((/** @type {string} */ one) => one === text).length, text);
    await expect.poll(heard, text).toBe(times);
  }
}

/** Milliseconds from a moment until a tab was told this. @param {Page} page @param {string} what @param {number} since */
async function toldAfter(page, what, since) {
  const at = () =>
    page.evaluate(
      ({ what, since }) =>
        window.told.find((/** @type {any} */ one) => one.what === what && one.at >= since)?.at,
      { what, since },
    );
  await expect.poll(at, { message: what, timeout: 10_000 }).toBeGreaterThan(0);
  return /** @type {number} */ (await at()) - since;
}

test('ten tabs have one socket, and each hears what the others say', async () => {
  const pages = await openTabs(10);
  assert.equal(await connections(), 1);
  assert.deepEqual(await roles(pages), ['leading', ...Array(9).fill('following')]);
  await expect
    .poll(() => pages[9]?.evaluate(() => window.manager.getTabs().tabs), 'how many there are')
    .toBe(10);
  for (const from of [0, 5]) {
    const [speaker] = pages.slice(from, from + 1);
    assert.ok(speaker);
    await say(speaker, `from ${from}`);
    await allHear(
      pages.filter((page) => page !== speaker),
      `from ${from}`,
    );
    await allHear([speaker], `from ${from}`, 0);
  }
});

test('a broadcast of bytes, and one that comes back to whoever asked for that, are the same in every tab', async () => {
  const pages = await openTabs(2, { self: true });
  const [leader, follower] = pages;
  assert.ok(leader && follower);
  await say(follower, 'to all, with me');
  await allHear(pages, 'to all, with me');
  for (const page of pages) {
    await page.evaluate(() =>
      window.manager.subscribe('raw', {
        channel: 'raw',
        onData: (/** @type {any} */ { payload }) => window.heard.push(...new Uint8Array(payload)),
      }),
    );
  }
  await follower.evaluate(() => window.manager.send('raw', 'bytes', new Uint8Array([7, 200])));
  await expect.poll(() => leader.evaluate(() => window.heard.slice(-2))).toEqual([7, 200]);
});

test('a closed leader is followed within 200 ms, and all is live within a second', async () => {
  const pages = await openTabs(3);
  const [leader, ...others] = pages;
  assert.ok(leader && others[0]);
  await others[0].bringToFront();
  const since = Date.now();
  await leader.close();
  const took = await toldAfter(others[0], 'leading', since);
  assert.ok(took < 200, `${took} ms`);
  for (const page of others) {
    const took = await toldAfter(page, 'live', since);
    assert.ok(took < 1_000, `${took} ms`);
    assert.ok((await toldAfter(page, 'lost', since)) >= 0, 'it is told what may have been missed');
  }
  assert.equal(await connections(), 1);
  const [first, second] = others;
  assert.ok(first && second);
  await say(second, 'after it');
  await allHear([first], 'after it');
});

test('a leader whose renderer crashes is followed as fast', async () => {
  const pages = await openTabs(2);
  const [leader, other] = pages;
  assert.ok(leader && other);
  await other.bringToFront();
  const crashed = new Promise((resolve) => leader.once('crash', resolve));
  const cdp = await context.newCDPSession(leader);
  const since = Date.now();
  cdp.send('Page.crash').catch(() => {});
  await crashed;
  assert.ok((await toldAfter(other, 'leading', since)) < 500);
  assert.ok((await toldAfter(other, 'live', since)) < 1_500);
});

test('a leader that hangs is followed after three seconds, and acts no more when it goes on', async () => {
  const pages = await openTabs(2);
  const [leader, other] = pages;
  assert.ok(leader && other);
  const since = Date.now();
  const hanging = leader.evaluate(() => {
    for (const end = Date.now() + 7_000; Date.now() < end; );
  });
  const took = await toldAfter(other, 'leading', since);
  assert.ok(took > 2_000 && took < 4_500, `${took} ms`);
  await toldAfter(other, 'live', since);
  await hanging;
  await toldAfter(leader, 'following', since);
  await toldAfter(leader, 'live', since);
  assert.deepEqual(await roles(pages), ['following', 'leading']);
  await expect.poll(connections).toBe(1);
  await say(leader, 'back');
  await allHear([other], 'back');
});

test('a leader whose process is stopped is followed after its heartbeat and a second; what others send and get is not lost', async () => {
  const pages = await openTabs(3);
  const [leader, other, third] = pages;
  assert.ok(leader && other && third);
  await other.bringToFront();
  const process_ = await rendererOf(browser, leader);
  assert.notEqual(process_, await rendererOf(browser, other), 'each tab has a process of its own');
  const since = Date.now();
  process.kill(process_, 'SIGSTOP');
  let sent;
  let continued = 0;
  try {
    // Nobody knows yet: what is subscribed and sent now waits for whoever leads.
    sent = other.evaluate(async () => {
      await window.manager.subscribe('desk', {
        channel: 'desk',
        onData: (/** @type {any} */ { payload }) => window.heard.push(payload.text),
      });
      const at = Date.now();
      await window.manager.send('desk', 'said', { text: 'from the desk' });
      return at;
    });
    // Whichever of the two listens a little less long.
    const took = await Promise.any([other, third].map((page) => toldAfter(page, 'leading', since)));
    assert.ok(
      took > 2_000 && took < 4_500,
      `${took} ms: three seconds of silence, of which a heartbeat is one`,
    );
    assert.ok((await sent) - since < took + 1_000, 'a sibling’s join is sent within a second of that');
    for (const page of [other, third]) await toldAfter(page, 'live', since);
    assert.ok((await toldAfter(third, 'lost', since)) >= 0, 'it is told what may have been missed');
    await say(third, 'while it sleeps');
    await allHear([other], 'while it sleeps');
  } finally {
    continued = Date.now();
    process.kill(process_, 'SIGCONT');
  }
  await expect
    .poll(async () => (await roles(pages)).sort(), { timeout: 10_000 })
    .toEqual(['following', 'following', 'leading']);
  assert.equal(await roleOf(leader), 'following');
  await expect.poll(connections).toBe(1);
  await toldAfter(leader, 'live', continued);
  await say(leader, 'back');
  await allHear([other, third], 'back');
  await say(third, 'to all');
  await allHear([leader, other], 'to all');
});

test('a leader that navigates away is followed as fast as a closed one', async () => {
  const pages = await openTabs(3);
  const [leader, other, third] = pages;
  assert.ok(leader && other && third);
  await other.bringToFront();
  const since = Date.now();
  await leader.goto(`${siteUrl}/elsewhere`, { waitUntil: 'commit' });
  // Until the other page is there the one before it has not been left.
  const left = Date.now();
  const took = (await toldAfter(other, 'leading', since)) - (left - since);
  assert.ok(took < 200, `${took} ms`);
  for (const page of [other, third]) {
    const took = (await toldAfter(page, 'live', since)) - (left - since);
    assert.ok(took < 1_000, `${took} ms`);
  }
  assert.equal(await connections(), 1);
  await say(third, 'after it');
  await allHear([other], 'after it');
});

test('a leader and a follower that are put away enter the back/forward cache: nothing of theirs keeps them out', async () => {
  const pages = await openTabs(2);
  for (const page of pages) {
    await page.bringToFront();
    await page.goto(`${siteUrl}/elsewhere`);
    await page.goBack({ waitUntil: 'commit' });
    const told = await page.evaluate(() => ({
      isSame: window.manager !== undefined,
      reasons: /** @type {any[]} */ (performance.getEntries()).find(
        ({ entryType }) => entryType === 'navigation',
      ).notRestoredReasons,
    }));
    assert.deepEqual(told, { isSame: true, reasons: null });
  }
  await expect.poll(async () => (await roles(pages)).sort()).toEqual(['following', 'leading']);
});

test('the application’s token is asked for by one tab at a time, also where two begin at once', async () => {
  context = await browser.newContext();
  const token = await signIn('amelia@rosewood.example');
  const asked = /** @type {{ page: string, began: number, ended: number }[]} */ ([]);
  const pages = await Promise.all(
    ['one', 'two'].map(async (name) => {
      const page = await blankTab();
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
        { url: backend.url, key: backend.anonKey, token },
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
  assert.equal(await connections(), 1);
});

test('a question for the token that is never answered holds another tab up no longer than five seconds', async () => {
  context = await browser.newContext();
  const token = await signIn('amelia@rosewood.example');
  const [hanging, other] = [await blankTab(), await blankTab()];
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
      { url: backend.url, key: backend.anonKey, token },
    );
  await begin(hanging, null);
  const { live, asked } = /** @type {{ live: number, asked: number }} */ (await begin(other, token));
  assert.ok(asked >= 4_500 && asked < 6_000, `it waited ${asked} ms for its turn`);
  assert.ok(live < 8_000, `live after ${live} ms`);
});

test('each tab tells how the one is that holds the connection', async () => {
  const pages = await openTabs(2);
  const [leader, follower] = pages;
  assert.ok(leader && follower);
  const tabs = (/** @type {Page} */ page) => page.evaluate(() => window.manager.getTabs());
  await expect.poll(async () => (await tabs(follower)).heartbeats).toBe('worker');
  // The leader says with each heartbeat how many there are.
  await expect.poll(async () => (await tabs(follower)).tabs).toBe(2);
  const { leaderHeardMs, roundTripMs, ...told } = await tabs(follower);
  assert.deepEqual(told, { role: 'following', tabs: 2, leader: 'heard', heartbeats: 'worker' });
  assert.ok(leaderHeardMs >= 0 && leaderHeardMs < 1_500, `${leaderHeardMs} ms ago`);
  assert.equal(roundTripMs === null || roundTripMs >= 0, true);
  assert.deepEqual(
    { ...(await tabs(leader)), roundTripMs: null },
    { role: 'leading', tabs: 2, leader: null, leaderHeardMs: null, heartbeats: 'worker', roundTripMs: null },
  );
  await follower.evaluate(() => {
    window.silences = [];
    window.manager.on('tabs', (/** @type {any} */ { role, leader }) => window.silences.push([role, leader]));
  });
  const hanging = leader.evaluate(() => {
    for (const end = Date.now() + 5_000; Date.now() < end; );
  });
  await expect
    .poll(() => follower.evaluate(() => window.silences.slice(0, 2)), { timeout: 6_000 })
    .toEqual([
      ['following', 'silent'],
      ['leading', null],
    ]);
  await hanging;
  // A visible page whose server is silent asks it every five seconds.
  await expect
    .poll(async () => (await tabs(follower)).roundTripMs, { timeout: 10_000 })
    .toBeGreaterThanOrEqual(0);
});

test('a leader that is put away gives the lead away, and is back from the cache', async () => {
  const pages = await openTabs(2);
  const [leader, other] = pages;
  assert.ok(leader && other);
  await leader.bringToFront();
  const since = Date.now();
  await leader.goto(`${siteUrl}/elsewhere`);
  await toldAfter(other, 'leading', since);
  await leader.goBack({ waitUntil: 'commit' });
  const told = await leader.evaluate(() => window.told?.length ?? 'loaded anew');
  assert.notEqual(told, 'loaded anew', 'it came out of the back/forward cache');
  await expect.poll(() => roles(pages)).toEqual(['following', 'leading']);
  await expect.poll(connections).toBe(1);
});

test('tabs of two users share nothing, and one that becomes the other user goes over', async () => {
  context = await browser.newContext();
  const token = await signIn('amelia@rosewood.example');
  const amelia = await openTab({ token });
  const carla = await openTab({ token: await signIn('carla@lumen.example') });
  assert.deepEqual(await roles([amelia, carla]), ['leading', 'leading']);
  assert.equal(await connections(), 2);
  await carla.evaluate((token) => window.manager.setAuth(token), token);
  await expect.poll(() => roles([amelia, carla])).toEqual(['leading', 'following']);
  await expect.poll(connections).toBe(1);
  await say(amelia, 'among us');
  await allHear([carla], 'among us');
});

test('the presence of several tabs is that of the one who spoke last, and a follower sees who is there', async () => {
  const pages = await openTabs(2);
  const moods = (/** @type {Page} */ page) =>
    page.evaluate(() =>
      Object.values(window.manager.presenceState('who'))
        .flat()
        .map((/** @type {any} */ { mood }) => mood),
    );
  for (const page of pages) {
    await page.evaluate(() =>
      window.manager.subscribe('who', { channel: 'who', presence: { key: 'us' }, onData: () => {} }),
    );
  }
  for (const [number, page] of pages.entries()) {
    await page.evaluate((mood) => window.manager.track('who', { mood }), number);
    for (const watching of pages) await expect.poll(() => moods(watching)).toEqual([number]);
  }
  await pages[1]?.evaluate(() => window.manager.untrack('who'));
  for (const watching of pages) await expect.poll(() => moods(watching)).toEqual([0]);
});

test('two tabs that want one topic with other options: the second is refused, and the first goes on', async () => {
  const pages = await openTabs(1);
  const other = await openTab({ channel: 'another' });
  const code = await other.evaluate(async () => {
    try {
      await window.manager.subscribe('mine', { channel: 'lobby', self: true, onData: () => {} });
    } catch (error) {
      return /** @type {any} */ (error).code;
    }
  });
  assert.equal(code, 'topic_conflict');
  assert.equal(await other.evaluate(() => window.manager.getSubscriptions().length), 1);
  assert.deepEqual(await roles([...pages, other]), ['leading', 'following']);
});
