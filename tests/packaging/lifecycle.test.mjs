// A page's life in a real browser: put away and back, frozen and resumed, without a network, behind a broken way.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { expect } from '@playwright/test';
import { startLocalSupabase } from '@wedsync/local-supabase';
import { BreakableLink } from '../bench/lib/breakable-link.mjs';
import { servePackage } from './package-server.mjs';
import { launchChromium } from './workplace.mjs';

/* What runs in the page. */
/** @type {any} */
const window = undefined;

/** @type {import('@playwright/test').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof servePackage>>} */
let server;
/** @type {import('node:http').Server} */
let site;
/** @type {Awaited<ReturnType<typeof startLocalSupabase>>} */
let backend;
let siteUrl = '';

before(async () => {
  // Playwright switches the back/forward cache off unless it is asked not to.
  browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  server = await servePackage();
  backend = await startLocalSupabase({ port: 0, controlPort: 0 });
  site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Elsewhere</title>');
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

/**
 * A page with a live subscription; `told` is what it was told since.
 * @param {(page: import('@playwright/test').Page) => Promise<void>} work
 * @param {string} [url] of the backend
 */
async function withLivePage(work, url = backend.url) {
  const page = await browser.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  try {
    await page.goto(siteUrl);
    await page.route(`${siteUrl}/module/**`, async (route) => {
      const path = new URL(route.request().url()).pathname.replace('/module', '');
      await route.fulfill({ response: await route.fetch({ url: server.url + path }) });
    });
    await page.evaluate(
      async ({ url, key }) => {
        const module = '/module/index.js';
        const { createDashboard } = await import(module);
        /** @type {string[]} */
        const told = [];
        const dashboard = await createDashboard({ url, key });
        window.addEventListener('pageshow', (/** @type {any} */ { persisted }) =>
          told.push(`pageshow ${persisted}`),
        );
        dashboard.realtime.on('disconnected', (/** @type {any} */ { reason }) => told.push(reason));
        await dashboard.realtime.subscribe('lobby', {
          channel: 'lobby',
          onData: () => undefined,
          onStatus: (/** @type {string} */ status) => told.push(status),
        });
        Object.assign(window, { dashboard, told });
      },
      { url, key: backend.anonKey },
    );
    await work(page);
    assert.deepEqual(errors, []);
  } finally {
    await page.close();
  }
}

/** @param {import('@playwright/test').Page} page @param {string} status */
async function untilTold(page, status) {
  await page.waitForFunction((wanted) => window.told.at(-1) === wanted, status);
  return page.evaluate(() => window.told);
}

/** @param {import('@playwright/test').Page} page */
async function untilBack(page) {
  await page.waitForFunction(() => window.told.includes('reconnecting'));
  return untilTold(page, 'live');
}

test('a page with a live subscription enters the back/forward cache and is live again when it comes back', async () => {
  await withLivePage(async (page) => {
    await page.goto(`${siteUrl}/elsewhere`);
    // A page out of the cache is there at once: it loads nothing.
    await page.goBack({ waitUntil: 'commit' });
    const told = await untilBack(page);
    assert.ok(told.includes('pageshow true'), `it came out of the cache: ${told.join(', ')}`);
    assert.deepEqual(
      told.filter((/** @type {string} */ what) => !what.startsWith('pageshow')),
      ['joining', 'live', 'the page was put away', 'reconnecting', 'live'],
    );
  });
});

test('a frozen page holds no socket and is live again when it is resumed', async () => {
  await withLivePage(async (page) => {
    // A headless browser freezes nothing by itself: these are the events that a freezing one sends.
    await page.evaluate(() => window.document.dispatchEvent(new Event('freeze')));
    await expect.poll(() => page.workers().length, 'nothing is left that could wake it').toBe(0);
    await page.evaluate(() => window.document.dispatchEvent(new Event('resume')));
    const told = await untilBack(page);
    assert.ok(told.includes('the page was put away'), told.join(', '));
  });
});

test('a cut that the browser is not told of is found out about within a thirtieth of it', async () => {
  const link = await BreakableLink.to(backend.url);
  try {
    await withLivePage(async (page) => {
      link.cut();
      await untilTold(page, 'reconnecting');
      // How long the outage lasts: nothing happens in it that could be awaited.
      await page.waitForTimeout(2_000);
      link.restore();
      await untilTold(page, 'live');
      const { liveAgainMs, recoveries } = await page.evaluate(() => window.dashboard.realtime.stats());
      assert.equal(recoveries, 1);
      assert.ok(liveAgainMs < 3_500, `${liveAgainMs} ms, of which 2,000 were the outage`);
    }, link.url);
  } finally {
    link.close();
  }
});

test('`disconnect` leaves no socket, no worker and no request behind', async () => {
  await withLivePage(async (page) => {
    await expect.poll(() => page.workers().length, 'heartbeats tick in a worker').toBe(1);
    const closed = page.waitForEvent('websocket', { timeout: 200 }).catch(() => 'none opened');
    await page.evaluate(() => window.dashboard.realtime.disconnect());
    assert.equal(await closed, 'none opened');
    await expect.poll(() => page.workers().length).toBe(0);
    const connections = async () => {
      const stats = /** @type {{ connections: number }} */ (
        await (await fetch(`${backend.controlUrl}/stats`)).json()
      );
      return stats.connections;
    };
    await expect.poll(connections).toBe(0);
  });
});
