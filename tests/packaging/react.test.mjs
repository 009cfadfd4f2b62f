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

/* What runs in the page. */
/** @type {any} */
const window = undefined;

/**
 * A page whose components do what a test wishes.
 * @param {(stage: { page: import('@playwright/test').Page, wish: (wishes: object) => Promise<void>, told: () => Promise<string[]>, complaints: string[], sent: string[] }) => Promise<void>} work
 * @param {object} [wishes] at first
 */
async function onStage(work, wishes = {}) {
  await inPage({ url: backend.url, key: backend.anonKey, stage: 'yes' }, async (page) => {
    /** @type {string[]} */
    const complaints = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    /** @type {string[]} */
    const sent = [];
    page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))));
    const wish = (/** @type {object} */ wishes) =>
      page.evaluate((wishes) => window.setWishes(wishes), wishes);
    await expect(page.getByTestId('state')).toHaveText(/idle|connected/);
    await wish(wishes);
    await work({ page, wish, told: () => page.evaluate(() => window.told), complaints, sent });
  });
}

test("every callback of a hook is the latest render's", async () => {
  const options = [{ channel: 'stage' }, { channel: 'rows', table: 'rooms' }];
  await fetch(`${backend.controlUrl}/sql`, {
    method: 'POST',
    body: JSON.stringify({
      sql: `create table public.rooms (id int primary key); grant select on public.rooms to anon;
        alter publication supabase_realtime add table public.rooms`,
    }),
  });
  await onStage(
    async ({ page, wish, told }) => {
      await expect(page.getByTestId('listener')).toHaveText(['live none', 'live none']);
      await wish({ label: 'second', options });
      await expect(page.getByTestId('label')).toHaveText('second');
      await say('stage', 'hello');
      // What is on its way to a socket that is cut is lost with it.
      await expect.poll(told).toContain('second data hello');
      await fetch(`${backend.controlUrl}/sockets/cut`, {
        method: 'POST',
        body: JSON.stringify({ forMs: 100 }),
      });
      for (const what of ['status reconnecting', 'error disconnected', 'continuity lost', 'log']) {
        await expect.poll(told).toContain(`second ${what}`);
      }
      await expect
        .poll(async () => (await told()).filter((what) => /^second system/.test(what)).length)
        .toBeGreaterThan(0);
      const all = await told();
      const late = all.slice(all.findIndex((what) => what.startsWith('second')));
      assert.deepEqual(
        late.filter((what) => what.startsWith('first')),
        [],
      );
    },
    { options },
  );
});

test('an option that is mistyped sets `error`, calls `onError`, and is on the console of a development build', async () => {
  const options = [
    { channel: 'stage', evnet: 'x' },
    { channel: 'stage', onSystem: 7 },
    { channel: 7 },
    { channel: 'stage', onMesage: 'a function' },
    { channel: 'stage', table: 'clients', filter: 'a function' },
  ];
  await onStage(
    async ({ page, wish, told, complaints }) => {
      await expect(page.getByTestId('listener')).toHaveText([
        'failed unknown_option',
        'failed invalid_option',
        'failed invalid_option',
        'failed unknown_option',
        'failed invalid_option',
      ]);
      await expect(page.getByTestId('present')).toHaveText(/failed unknown_option/);
      const errors = (await told()).filter((what) => / error /.test(what));
      assert.deepEqual([...new Set(errors)].sort(), [
        'first error invalid_option',
        'first error unknown_option',
      ]);
      await wish({ presences: [7, true, [], 'x'] });
      await expect(page.getByTestId('present')).toHaveText(Array(4).fill('failed invalid_option'));
      for (const name of ['evnet', 'onSystem', 'channel', 'onMesage', 'filter', 'presencekey']) {
        assert.ok(
          complaints.some((text) => text.includes(name)),
          `${name} in ${complaints.join()}`,
        );
      }
    },
    { options, presences: [{ channel: 'stage', presencekey: 'x' }] },
  );
});

test('options that cannot be read at all are an error of the hook, and nothing is thrown into the page', async () => {
  await onStage(
    async ({ page, complaints }) => {
      await expect(page.getByTestId('unreadable')).toHaveText('failed invalid_option');
      assert.ok(
        complaints.some((text) => text.includes('cannot be read')),
        complaints.join(),
      );
    },
    { unreadable: true },
  );
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

test('another `accessToken` that is a text is set at once, and one that is no token is said', async () => {
  const [amelia, carla] = [await signIn('amelia@rosewood.example'), await signIn('carla@lumen.example')];
  await onStage(async ({ page, wish, sent }) => {
    const options = [{ channel: 'mine' }];
    await wish({ token: amelia, options });
    await expect(page.getByTestId('listener')).toHaveText('live none');
    await wish({ token: carla, options });
    await expect.poll(() => sent.some((frame) => frame.includes(carla))).toBe(true);
    await wish({ token: 7, options });
    await expect(page.getByTestId('error')).toHaveText('invalid_option');
    await wish({ token: amelia, options });
    await expect(page.getByTestId('error')).toHaveText('none');
    await wish({ options });
    await expect(page.getByTestId('listener')).toHaveText('live none');
  });
});

test('components of one page share a channel: who watches takes its key, and only one state is tracked', async () => {
  const watcher = { channel: 'office' };
  const amelia = { channel: 'office', presenceKey: 'amelia', state: { at: 'desk' } };
  const shown = (/** @type {import('@playwright/test').Page} */ page) => page.getByTestId('present');
  await onStage(
    async ({ page, wish, complaints }) => {
      await expect(shown(page)).toHaveText(['live none', 'live none']);
      // One with a key comes to those that watch.
      await wish({ presences: [watcher, watcher, amelia] });
      await expect(shown(page)).toHaveText(Array(3).fill('live none amelia=["desk"]'));
      // Another one may track the same, and the channel goes on when either goes.
      await wish({ presences: [watcher, amelia, amelia] });
      await expect(shown(page)).toHaveText(Array(3).fill('live none amelia=["desk"]'));
      await wish({ presences: [watcher, watcher, amelia] });
      await expect(shown(page)).toHaveText(Array(3).fill('live none amelia=["desk"]'));
      assert.equal(complaints.join(), '');
      // Two states under one key are an error with a sentence, until they are the same again.
      const away = { ...amelia, state: { at: 'door' } };
      await wish({ presences: [watcher, away, amelia] });
      const [desk, clash] = ['live none amelia=["desk"]', 'live topic_conflict amelia=["desk"]'];
      await expect(shown(page)).toHaveText([desk, clash, desk]);
      assert.ok(
        complaints.some((text) => text.includes('tracks another state on this channel')),
        complaints.join(),
      );
      await wish({ presences: [watcher, away, away] });
      await expect(shown(page)).toHaveText(Array(3).fill('live none amelia=["door"]'));
      // And so are two keys.
      await wish({ presences: [watcher, away, { ...away, presenceKey: 'ben' }] });
      await expect(shown(page).last()).toHaveText(/^failed topic_conflict/);
      await expect(shown(page).first()).toHaveText('live none amelia=["door"]');
    },
    { presences: [watcher, watcher] },
  );
});

test('states are equal in whatever order their fields are written', async () => {
  const [row, place] = [{ row: 1 }, { place: 2 }];
  const states = [
    { at: 'desk', seat: { ...row, ...place } },
    { seat: { ...place, ...row }, at: 'desk' },
  ];
  const presences = states.map((state) => ({ channel: 'seats', presenceKey: 'amelia', state }));
  await onStage(
    async ({ page, complaints }) => {
      await expect(page.getByTestId('present')).toHaveText(Array(2).fill('live none amelia=["desk"]'));
      assert.equal(complaints.join(), '');
    },
    { presences },
  );
});

test('a state that JSON does not hold whole is an error of the hook', async () => {
  await onStage(
    async ({ page, complaints }) => {
      await expect(page.getByTestId('present')).toHaveText(/^live invalid_option/);
      assert.ok(
        complaints.some((text) => text.includes('kind Map')),
        complaints.join(),
      );
    },
    { presences: [{ channel: 'office', state: 'a Map' }] },
  );
});
