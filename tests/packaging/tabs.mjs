import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { servePackage } from './package-server.mjs';
import { tokenOf } from './tokens.mjs';
import { launchChromium } from './workplace.mjs';

/**
 * Chromium and the package's files, for tabs that share what they store: those of one context.
 * @param {import('@playwright/test').LaunchOptions} [launch]
 */
export async function startTabs(launch) {
  const browser = await launchChromium(launch);
  const server = await servePackage();

  /**
   * A tab that has `tokenOf`, and `open` for the dashboard of the user `amelia`, which is never reached by a network.
   * @param {import('@playwright/test').BrowserContext} context
   * @param {{ prepare?: (page: import('@playwright/test').Page) => Promise<unknown> }} [more] before anything is loaded
   */
  async function openTab(context, { prepare = async () => {} } = {}) {
    const page = await context.newPage();
    await page.addInitScript(`globalThis.tokenOf = ${tokenOf}`);
    await page.addInitScript(provide);
    await prepare(page);
    await page.goto(`${server.url}/index.js`);
    return page;
  }

  /** The tabs of one person: nobody else's storage is theirs. */
  async function withContext(
    /** @type {(context: import('@playwright/test').BrowserContext) => Promise<void>} */ work,
  ) {
    const context = await browser.newContext();
    try {
      await work(context);
    } finally {
      await context.close();
    }
  }

  return {
    browser,
    url: server.url,
    openTab,
    withContext,
    rendererOf: (/** @type {import('@playwright/test').Page} */ page) => rendererOf(browser, page),
    async stop() {
      await browser.close();
      await server.stop();
    },
  };
}

/** What runs in each page, before anything else. */
function provide() {
  const page = /** @type {any} */ (globalThis);
  page.open = async () => {
    const [{ createDashboard }, { recordsOf }] = await Promise.all([
      import(`${page.location.origin}/index.js`),
      import(`${page.location.origin}/internal.js`),
    ]);
    const options = { url: 'http://127.0.0.1:9', key: 'key', accessToken: () => page.tokenOf('amelia') };
    const dashboard = await createDashboard(options);
    const { store } = dashboard;
    const outbox = recordsOf(dashboard, 'outbox');
    const cache = recordsOf(dashboard, 'cache');
    Object.assign(page, { dashboard, store, outbox, cache });
    return { dashboard, store, outbox, cache };
  };
  page.pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
  page.failure = async (/** @type {Promise<unknown>} */ promise) => {
    try {
      await promise;
    } catch (error) {
      return /** @type {any} */ (error).code ?? String(error);
    }
    return 'no error';
  };
  /** Text of so many characters that a browser can hardly make smaller. */
  page.noise = (/** @type {number} */ length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 2 ** 16) crypto.getRandomValues(bytes.subarray(at, at + 2 ** 16));
    // Without what JSON would spell out.
    for (let at = 0; at < length; at += 1) bytes[at] = 93 + ((bytes[at] ?? 0) % 32);
    return new TextDecoder().decode(bytes);
  };
  page.hash = async (/** @type {string} */ text) => {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
    return new Uint8Array(digest).join();
  };
  /** Waits until the store's status is as wanted, and says how many milliseconds that took. */
  page.untilStatus = async (
    /** @type {(status: any) => boolean} */ isWanted,
    /** @type {number} */ most = 20_000,
  ) => {
    const began = performance.now();
    while (!isWanted(page.store.status)) {
      if (performance.now() - began > most) return `still ${JSON.stringify(page.store.status)}`;
      await page.pause(10);
    }
    return performance.now() - began;
  };
  /** The names of the databases that there are of this kind. */
  page.databases = async (/** @type {string} */ kind) => {
    const all = /** @type {{ name: string }[]} */ (await page.indexedDB.databases());
    return all.map(({ name }) => name).filter((name) => new RegExp(`^wedsync/.*/${kind}$`).test(name));
  };
}

/** The process that a page's programs run in: the one that works while the page does. */
export async function rendererOf(
  /** @type {import('@playwright/test').Browser} */ browser,
  /** @type {import('@playwright/test').Page} */ page,
) {
  const session = await browser.newBrowserCDPSession();
  const times = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return new Map(
      processInfo.filter(({ type }) => type === 'renderer').map(({ id, cpuTime }) => [id, cpuTime]),
    );
  };
  try {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const before = await times();
      await page.evaluate(() => {
        const end = performance.now() + 200;
        while (performance.now() < end);
      });
      const after = await times();
      const worked = [...after].map(([id, time]) => ({ id, time: time - (before.get(id) ?? 0) }));
      const [most, next] = worked.sort((one, other) => other.time - one.time);
      if (most && most.time > 0.02 && most.time > 5 * (next?.time ?? 0)) return most.id;
      await sleep(200);
    }
    assert.fail('It cannot be told which process the page runs in.');
  } finally {
    await session.detach();
  }
}
