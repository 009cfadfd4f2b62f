// The React face in a development build under StrictMode, which mounts everything twice, against the embedded backend.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { expect } from '@playwright/test';
import { startLocalSupabase } from '@wedsync/local-supabase';
import { demoPassword, demoUsers } from '../../scripts/lib/demo-users.mjs';
import { migrationsDir, root, seedFile } from '../../scripts/lib/paths.mjs';
import { launchChromium } from './workplace.mjs';

const resolver = createRequire(join(root, 'tests', 'packaging', 'vite-app', 'package.json'));
/** @type {typeof import('vite')} */
const vite = await import(pathToFileURL(resolver.resolve('vite')).href);

const supabaseFile = createRequire(import.meta.url).resolve('@supabase/supabase-js/dist/umd/supabase.js');
/** What is run ahead of a page has a scope of its own. */
const supabaseJs = `${readFileSync(supabaseFile, 'utf8')}\nglobalThis.supabase = supabase;`;

/** @type {import('@playwright/test').Browser} */
let browser;
/** @type {import('vite').ViteDevServer} */
let server;
/** @type {Awaited<ReturnType<typeof startLocalSupabase>>} */
let backend;

before(async () => {
  browser = await launchChromium();
  backend = await startLocalSupabase({ port: 0, controlPort: 0, migrations: migrationsDir, seed: seedFile });
  server = await vite.createServer({
    root: join(root, 'tests', 'packaging', 'react-app'),
    logLevel: 'warn',
    cacheDir: join(root, '.cache', 'vite-react'),
    server: { host: '127.0.0.1', port: 0, hmr: false },
    optimizeDeps: { force: true },
  });
  await server.listen();
});
after(async () => {
  await browser.close();
  await server.close();
  await backend.stop();
});

/** @param {Record<string, string>} options @param {(page: import('@playwright/test').Page) => Promise<void>} work */
async function inPage(options, work) {
  const page = await browser.newPage();
  /** @type {string[]} */
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  if (options.room) await page.addInitScript({ content: supabaseJs });
  try {
    const [url = ''] = server.resolvedUrls?.local ?? [];
    await page.goto(`${url}?${new URLSearchParams(options)}`);
    await work(page);
    assert.deepEqual(problems, []);
  } finally {
    await page.close();
  }
}

/** @param {string} channel @param {string} text */
async function say(channel, text) {
  const sql = `select realtime.send(jsonb_build_object('text', '${text}'), 'said', '${channel}', false)`;
  const response = await fetch(`${backend.controlUrl}/sql`, {
    method: 'POST',
    body: JSON.stringify({ sql }),
  });
  assert.equal(response.status, 200);
}

test('mounted twice, a subscription is live once, follows its callback and its options, and ends', async () => {
  await inPage({ url: backend.url, key: backend.anonKey }, async (page) => {
    const [status, heard] = [page.getByTestId('status'), page.getByTestId('heard')];
    await expect(page.getByTestId('state')).toHaveText('connected');
    await expect(status).toHaveText('live');
    await page.getByRole('button', { name: 'late reader' }).click();
    await expect(page.getByTestId('late')).toHaveText('connected');
    await say('lobby', 'one');
    await expect(heard).toHaveText('first: one');

    const joins = async () => {
      await page.getByRole('button', { name: 'stats' }).click();
      return JSON.parse((await page.getByTestId('stats').textContent()) ?? '').joins;
    };
    const before = await joins();
    await page.getByRole('button', { name: 'other callback' }).click();
    await say('lobby', 'two');
    await expect(heard).toHaveText('first: one, second: two');
    assert.equal(await joins(), before, 'another callback is no other subscription');

    await page.getByRole('button', { name: 'other channel' }).click();
    await expect(status).toHaveText('live');
    await say('lobby', 'nobody hears this');
    await say('hall', 'three');
    await expect(heard).toHaveText('first: one, second: two, second: three');
    assert.equal(await joins(), before + 1);

    await page.getByRole('button', { name: 'unmount' }).click();
    await expect(status).toHaveCount(0);
    const stats = /** @type {import('@wedsync/dashboard/testing').BackendStats} */ (
      await (await fetch(`${backend.controlUrl}/stats`)).json()
    );
    assert.deepEqual([stats.connections, stats.channels], [1, 0], 'one socket, and its channel left');
  });
});

test('another client of supabase-js makes another dashboard, the same one at another render does not', async () => {
  await inPage({ url: backend.url, key: backend.anonKey, supabase: 'yes' }, async (page) => {
    const joins = async () => {
      await page.getByRole('button', { name: 'stats' }).click();
      return JSON.parse((await page.getByTestId('stats').textContent()) ?? '').joins;
    };
    const status = page.getByTestId('status');
    await expect(status).toHaveText('live');
    await page.getByRole('button', { name: 'other channel' }).click();
    await expect(status).toHaveText('live');
    await page.getByRole('button', { name: 'same client' }).click();
    await expect(page.getByTestId('turn')).toHaveText('2');
    await expect(status).toHaveText('live');
    assert.equal(await joins(), 2);
    await page.getByRole('button', { name: 'other client' }).click();
    await expect.poll(joins, 'the counters of a new manager').toBe(1);
    await expect(status).toHaveText('live');
  });
});

test('a private hook that was mounted before sign-in comes to live with it, and again after sign-out', async () => {
  const [amelia, , carla] = demoUsers.map(({ email }) => email);
  const room = 'supplier:51000000-0000-4000-8000-000000000001';
  const options = { room, who: 'here', emails: `${amelia},${carla}`, password: demoPassword };
  await inPage({ url: backend.url, key: backend.anonKey, ...options }, async (page) => {
    const [status, why] = [page.getByTestId('status'), page.getByTestId('why')];
    const press = (/** @type {string | undefined} */ name) => page.getByRole('button', { name }).click();
    await expect(status).toHaveText('failed');
    await expect(why).toHaveText('join_refused');
    await press(amelia);
    await expect(status).toHaveText('live');
    await expect(why).toHaveText('none');
    // What is tracked is said again as the new user's.
    const colleagues = page.getByTestId('colleagues');
    await expect(colleagues).toHaveText('here here');
    await press('sign out');
    await expect(status).toHaveText('failed');
    await press(amelia);
    await expect(status).toHaveText('live');
    // Of another supplier.
    await press(carla);
    await expect(status).toHaveText('failed');
    await expect(colleagues).toHaveText('here here');
  });
});

test('what is wrong with the options is what `useConnection` says', async () => {
  await inPage({ url: 'nonsense', key: 'key' }, async (page) => {
    await expect(page.getByTestId('error')).toHaveText('invalid_url');
    await expect(page.getByTestId('status')).toHaveText('idle');
  });
});

test('colleagues see each other come, change and go', async () => {
  const project = { url: backend.url, key: backend.anonKey };
  await inPage({ ...project, who: 'amelia' }, async (hers) => {
    const seen = hers.getByTestId('colleagues');
    await expect(seen).toHaveText('amelia here');
    await inPage({ ...project, who: 'ben' }, async (his) => {
      await expect(his.getByTestId('colleagues')).toHaveText('amelia here, ben here');
      await expect(seen).toHaveText('amelia here, ben here');
      await his.getByRole('button', { name: 'away' }).click();
      await expect(seen).toHaveText('amelia here, ben away');
      await his.getByRole('button', { name: 'other room' }).click();
      await expect(his.getByTestId('colleagues')).toHaveText('ben away');
      await expect(seen).toHaveText('amelia here');
    });
  });
});
