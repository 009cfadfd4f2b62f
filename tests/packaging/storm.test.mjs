// Components of a development build under StrictMode that ask a service which fails.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { expect } from '@playwright/test';
import { root } from '../../scripts/lib/paths.mjs';
import { startFailingServer } from './failing-server.mjs';
import { launchChromium } from './workplace.mjs';

const resolver = createRequire(join(root, 'tests', 'packaging', 'vite-app', 'package.json'));
/** @type {typeof import('vite')} */
const vite = await import(pathToFileURL(resolver.resolve('vite')).href);

/** @type {import('@playwright/test').Browser} */
let browser;
/** @type {import('vite').ViteDevServer} */
let site;
/** @type {Awaited<ReturnType<typeof startFailingServer>>} */
let server;
before(async () => {
  browser = await launchChromium();
  server = await startFailingServer();
  site = await vite.createServer({
    root: join(root, 'tests', 'packaging', 'react-app'),
    logLevel: 'warn',
    cacheDir: join(root, '.cache', 'vite-storm'),
    server: { host: '127.0.0.1', port: 0, hmr: false },
    optimizeDeps: { force: true },
  });
  await site.listen();
});
after(async () => {
  await browser.close();
  await site.close();
  await server.stop();
});

/** @param {number} askers @param {(page: import('@playwright/test').Page) => Promise<void>} work */
async function inPage(askers, work) {
  const page = await browser.newPage();
  /** @type {string[]} */
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  try {
    const [url = ''] = site.resolvedUrls?.local ?? [];
    const query = { url: 'http://127.0.0.1:9', key: 'key', dead: server.url, askers: `${askers}` };
    await page.goto(`${url}?${new URLSearchParams(query)}`);
    await work(page);
    assert.deepEqual(problems, []);
  } finally {
    await page.close();
  }
}

test('scenario 16: that StrictMode unmounts and mounts again costs no second request', async () => {
  server.reply({ delayMs: 300 });
  await inPage(1, async (page) => {
    await expect(page.getByTestId('asker')).toHaveText('healthy shown');
    assert.equal(server.asked.length, 1);
    // What nobody looks at any more is not asked for.
    await page.getByText('leave').click();
    await expect(page.getByTestId('asker')).toHaveCount(0);
  });
});

test('a storm of 50 components on a dead service sends no more than it lets through at once, then probes alone, and heals', async () => {
  server.reply({ status: 500, delayMs: 50 });
  await inPage(50, async (page) => {
    const shown = page.getByTestId('asker');
    await expect(shown).toHaveCount(50);
    await expect(shown).toHaveText(Array(50).fill('unhealthy nothing'), { timeout: 20_000 });
    // So many run at once, and those that took the places of the four failures before the one that opens it.
    const burst = server.asked.filter(({ at }) => at - (server.asked[0]?.at ?? 0) < 220);
    assert.ok(burst.length <= 8 + 4, `${burst.length} of 50 were sent`);
    const began = Date.now();
    const before = server.asked.length;
    await page.waitForTimeout(3_000);
    const probes = server.asked.length - before;
    // One at a time, each of which opens it again for at least half of its time.
    assert.ok(probes <= (Date.now() - began) / 200 + 1, `${probes} probes`);
    server.reply({});
    await expect(shown).toHaveText(Array(50).fill('healthy shown'), { timeout: 30_000 });
  });
});
