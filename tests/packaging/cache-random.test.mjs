// Two tabs on each of two devices, over a remote tier, broadcasts of a real Realtime and a server, which all write, remove, make invalid and
// fetch at random: in the end all give the same. `SEED=7` runs that one alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createCacheHandler } from '@wedsync/dashboard/server';
import { startLocalSupabase } from '@wedsync/local-supabase';
import { demoPassword, demoUsers } from '../../scripts/lib/demo-users.mjs';
import { migrationsDir, seedFile } from '../../scripts/lib/paths.mjs';
import { startTabs } from './tabs.mjs';

const supplier = '51000000-0000-4000-8000-000000000001';
const seeds = process.env.SEED ? [Number(process.env.SEED)] : [1, 2, 3];
/** What each tab does. */
const STEPS = 40;

/** @type {Awaited<ReturnType<typeof startTabs>>} */
let tabs;
/** @type {Awaited<ReturnType<typeof startLocalSupabase>>} */
let backend;

/* What runs in the page. */
/** @type {any} */
let cache;
/** @type {any} */
let write;
/** @type {any} */
let read;
/** @type {any} */
let keyOf;

/** @param {string} path @param {object} body */
async function control(path, body) {
  const answer = await fetch(backend.controlUrl + path, { method: 'POST', body: JSON.stringify(body) });
  assert.equal(answer.status, 200, await answer.text());
}

before(async () => {
  tabs = await startTabs();
  backend = await startLocalSupabase({ port: 0, controlPort: 0, migrations: migrationsDir, seed: seedFile });
  await control('/sql', {
    sql: `create policy "members tell their supplier" on realtime.messages
      for insert to authenticated with check (public.may_listen_to((select realtime.topic())))`,
  });
});
after(async () => {
  await tabs.stop();
  await backend.stop();
});

/** @param {string | undefined} email */
async function signIn(email) {
  const answer = await fetch(`${backend.url}/auth/v1/token?grant_type=password`, {
    method: 'POST',
    headers: { apikey: backend.anonKey, 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: demoPassword }),
  });
  return /** @type {{ access_token: string }} */ (await answer.json()).access_token;
}

/**
 * A server with rows, and devices with two tabs each.
 * @param {string} namespace
 */
async function world(namespace) {
  const handle = createCacheHandler({ auth: { secret: backend.jwtSecret }, isMember: () => true });
  /** @type {Record<string, number>} */
  const rows = {};
  /** @type {import('@playwright/test').BrowserContext[]} */
  const contexts = [];
  /** @type {import('@playwright/test').Page[]} */
  const pages = [];
  for (const user of demoUsers.slice(0, 2)) {
    const context = await tabs.browser.newContext();
    contexts.push(context);
    await context.route('**/rows/*', (route) => {
      const name = new URL(route.request().url()).pathname.split('/').at(-1) ?? '';
      if (route.request().method() === 'POST') rows[name] = (rows[name] ?? 0) + 1;
      return route.fulfill({ json: rows[name] ?? 0 });
    });
    await context.route('**/api/cache/**', async (route) => {
      const request = route.request();
      const body = request.postDataBuffer();
      const answer = await handle(
        new Request(request.url(), {
          method: request.method(),
          headers: await request.allHeaders(),
          ...(body && { body: new Uint8Array(body) }),
        }),
      );
      // Who closes his page meanwhile is not answered.
      await route
        .fulfill({
          status: answer.status,
          headers: Object.fromEntries(answer.headers),
          body: Buffer.from(await answer.arrayBuffer()),
        })
        .catch(() => {});
    });
    const token = await signIn(user.email);
    for (let tab = 0; tab < 2; tab += 1) {
      const page = await tabs.openTab(context);
      await page.evaluate(provide, { url: backend.url, key: backend.anonKey, token, supplier, namespace });
      pages.push(page);
    }
  }
  return {
    pages,
    rows,
    async stop() {
      for (const context of contexts) await context.close();
      await handle.close();
    },
  };
}

/**
 * Runs in each page: a cache that hears its supplier's devices, and `read` and `write` for a row as an application has them.
 * @param {{ url: string, key: string, token: string, supplier: string, namespace: string }} given
 */
async function provide({ url, key, token, supplier, namespace }) {
  const page = /** @type {any} */ (globalThis);
  const { createDashboard } = await import(`${page.location.origin}/index.js`);
  const dashboard = await createDashboard({
    url,
    key,
    accessToken: () => token,
    reconnectBaseMs: 20,
    cache: { tables: 'none', remote: '/api/cache' },
  });
  page.cache = dashboard.cache;
  page.keyOf = (/** @type {string} */ resource) => ({ namespace, supplierId: supplier, resource });
  const asked = async (/** @type {string} */ name, method = 'GET') =>
    (await fetch(`/rows/${name}`, { method })).json();
  page.write = (/** @type {string} */ name) => asked(name, 'POST');
  page.read = async (/** @type {string} */ name) =>
    (await page.cache.getOrFetch(page.keyOf(name), () => asked(name), { tags: ['rows'] })).data;
  await page.cache.get(page.keyOf('first'));
  const isLive = () =>
    dashboard.realtime
      .getSubscriptions()
      .some((/** @type {any} */ { id, status }) => id === `cache:${supplier}` && status === 'live');
  while (!isLive()) await page.pause(10);
}

for (const seed of seeds) {
  test(`two tabs on two devices write at random and give the same in the end, seed ${seed}`, async () => {
    const { pages, rows, stop } = await world(`random ${seed}`);
    try {
      const done = pages.map((page, tab) =>
        page.evaluate(atRandom, { seed: seed * 101 + tab * 7_919, steps: STEPS }),
      );
      // Messages between devices are lost meanwhile.
      await pages[0]?.waitForTimeout(200 * seed);
      await control('/sockets/cut', { forMs: 100 });
      await Promise.all(done);
      // What was set by two at once holds by who was last: one more decides.
      const last = await pages[seed % pages.length]?.evaluate(async () => {
        const value = await write('set');
        await cache.set(keyOf('set'), value);
        return value;
      });
      const expected = JSON.stringify({ ...rows, set: last });
      const seen = async () =>
        Promise.all(
          pages.map((page) =>
            page.evaluate(async (names) => {
              /** @type {Record<string, unknown>} */
              const found = {};
              for (const name of names) found[name] = await read(name);
              return JSON.stringify(found);
            }, Object.keys(rows)),
          ),
        );
      const until = Date.now() + 20_000;
      let told = await seen();
      while (told.some((one) => one !== expected) && Date.now() < until) told = await seen();
      assert.deepEqual(
        told,
        pages.map(() => expected),
        `seed ${seed}`,
      );
    } finally {
      await stop();
    }
  });
}

/**
 * Runs in a page: an application that changes rows and reads them.
 * @param {{ seed: number, steps: number }} given
 */
async function atRandom({ seed, steps }) {
  let state = seed;
  const chance = (/** @type {number} */ most) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % most;
  };
  // A remote tier that is late is an error, which the application does not mind: it is told again.
  const told = (/** @type {Promise<unknown>} */ call) =>
    call.catch((/** @type {any} */ error) => {
      if (error.code !== 'remote_unavailable') throw error;
    });
  for (let step = 0; step < steps; step += 1) {
    const name = `row${chance(3)}`;
    const what = chance(12);
    if (what < 2) {
      await write(name);
      await told(cache.delete(keyOf(name)));
    } else if (what < 3) {
      await write(name);
      await told(cache.invalidateByTag('rows', keyOf(name).supplierId));
    } else if (what < 4) {
      await write(name);
      await told(cache.invalidateSupplier(keyOf(name).supplierId));
    } else if (what < 6) await cache.set(keyOf('set'), await write('set'), { tags: ['rows'] });
    else await read(what < 8 ? 'set' : name);
  }
}
