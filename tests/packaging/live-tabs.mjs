import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { expect } from '@playwright/test';
import { startLocalSupabase } from '@wedsync/local-supabase';
import { migrationsDir, seedFile } from '../../scripts/lib/paths.mjs';
import { servePackage } from './package-server.mjs';
import { launchChromium } from './workplace.mjs';

/* What runs in the page. */
/** @type {any} */
const window = undefined;

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {{ token?: string | null, channel?: string, self?: boolean }} TabOptions */

/**
 * A browser, the package's files and an embedded backend, for tabs of one site that share a connection: those of one context.
 * @param {() => Promise<{ browser: import('@playwright/test').Browser, newContext: () => Promise<import('@playwright/test').BrowserContext>, stop: () => Promise<unknown> }>} [launch]
 */
export async function startLiveTabs(launch = withBackForwardCache) {
  const { browser, newContext, stop } = await launch();
  const server = await servePackage();
  const backend = await startLocalSupabase({
    port: 0,
    controlPort: 0,
    migrations: migrationsDir,
    seed: seedFile,
  });
  const site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>A tab</title>');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => site.once('listening', resolve));
  const siteUrl = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (site.address()).port}`;
  /** @type {import('@playwright/test').BrowserContext} */
  let context;

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

  /** A tab with a manager, which is told whose it is. @param {TabOptions} [options] */
  async function openTab({ token = null, channel = 'lobby', self = false } = {}) {
    const page = await blankTab();
    await page.evaluate(begin, { url: backend.url, key: backend.anonKey, token, channel, self });
    return page;
  }

  async function newContextOfTabs() {
    context = await newContext();
  }

  return {
    browser,
    backend,
    siteUrl,
    blankTab,
    openTab,
    newContext: newContextOfTabs,
    context: () => context,
    endContext: () => context.close(),

    /** @param {number} count @param {TabOptions} [options] */
    async openTabs(count, options) {
      await newContextOfTabs();
      const pages = [];
      for (let opened = 0; opened < count; opened += 1) pages.push(await openTab(options));
      return pages;
    },

    /** @param {string} email */
    async signIn(email) {
      const response = await fetch(`${backend.url}/auth/v1/token?grant_type=password`, {
        method: 'POST',
        headers: { apikey: backend.anonKey, 'content-type': 'application/json' },
        body: JSON.stringify({ email, password: 'wedding-demo-1' }),
      });
      assert.equal(response.status, 200);
      return /** @type {{ access_token: string }} */ (await response.json()).access_token;
    },

    async connections() {
      const stats = await (await fetch(`${backend.controlUrl}/stats`)).json();
      return /** @type {{ connections: number }} */ (stats).connections;
    },

    async stop() {
      await stop();
      await server.stop();
      await backend.stop();
      site.close();
    },
  };
}

async function withBackForwardCache() {
  const browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  return { browser, newContext: () => browser.newContext(), stop: () => browser.close() };
}

/** Runs in the page. @param {Required<TabOptions> & { url: string, key: string }} asked */
async function begin({ url, key, token, channel, self }) {
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
}

/** @param {Page} page @returns {Promise<string>} */
export const roleOf = (page) => page.evaluate(() => window.manager.getTabs().role);

/** @param {Page[]} pages */
export async function roles(pages) {
  return Promise.all(pages.map(roleOf));
}

/** @param {Page} from @param {string} text */
export async function say(from, text) {
  await from.evaluate((text) => window.manager.send('lobby', 'said', { text }), text);
}

/** @param {Page[]} pages @param {string} text @param {number} times */
export async function allHear(pages, text, times = 1) {
  for (const page of pages) {
    const heard = () =>
      page.evaluate((text) => window.heard.filter((/** @type {string} */ one) => one === text).length, text);
    await expect.poll(heard, text).toBe(times);
  }
}

/** Milliseconds from a moment until a tab was told this. @param {Page} page @param {string} what @param {number} since */
export async function toldAfter(page, what, since) {
  const at = () =>
    page.evaluate(
      ({ what, since }) =>
        window.told.find((/** @type {any} */ one) => one.what === what && one.at >= since)?.at,
      { what, since },
    );
  await expect.poll(at, { message: what, timeout: 10_000 }).toBeGreaterThan(0);
  return /** @type {number} */ (await at()) - since;
}
