import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { root } from '../../scripts/lib/paths.mjs';
import { serveFolder } from '../../scripts/lib/static-server.mjs';
import { launchChromium, readPage } from './workplace.mjs';

const app = join(root, 'tests', 'packaging', 'vite-app');
/** @type {typeof import('vite')} */
const vite = await import(pathToFileURL(createRequire(join(app, 'package.json')).resolve('vite')).href);
const expected = { module: 'loaded', state: 'not connected' };

/** @type {import('@playwright/test').Browser} */
let browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

test('a Vite app, built: the module is an asset of its own and loads in the browser', async () => {
  rmSync(join(app, 'dist'), { recursive: true, force: true });
  await vite.build({ root: app, logLevel: 'warn' });
  const server = await serveFolder(join(app, 'dist'));
  try {
    const { problems, answers } = await readPage(browser, server.url, expected);
    assert.deepEqual(problems, []);
    const wasm = answers.filter((answer) => answer.url.endsWith('.wasm'));
    assert.deepEqual(
      wasm.map(({ status, type }) => ({ status, type })),
      [{ status: 200, type: 'application/wasm' }],
    );
  } finally {
    await server.stop();
  }
});

test('a Vite app, while one works on it: the development server finds the module too', async () => {
  const server = await vite.createServer({
    root: app,
    logLevel: 'warn',
    cacheDir: join(root, '.cache', 'vite'),
    server: { host: '127.0.0.1', port: 0, hmr: false },
    optimizeDeps: { force: true },
  });
  try {
    await server.listen();
    const [url = ''] = server.resolvedUrls?.local ?? [];
    const { problems } = await readPage(browser, url, expected);
    assert.deepEqual(problems, []);
  } finally {
    await server.close();
  }
});
