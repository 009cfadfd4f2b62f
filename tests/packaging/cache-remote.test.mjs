// The cache over the remote tier: the handler of `@wedsync/dashboard/server` behind the page's own origin, and devices that share it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createCacheHandler } from '@wedsync/dashboard/server';
import { SignJWT } from 'jose';
import { startTabs } from './tabs.mjs';

const secret = 'a secret of the test, which has more than 32 characters';

/** @type {Awaited<ReturnType<typeof startTabs>>} */
let tabs;

before(async () => {
  tabs = await startTabs();
});
after(() => tabs.stop());

/* What runs in the page. */
/** @type {any} */
let cache;
/** @type {any} */
let keyOf;
/** @type {any} */
let failure;

/** A handler that can be taken away, and devices that use it. */
async function shared() {
  const handle = createCacheHandler({
    auth: { secret },
    isMember: ({ sub, supplier }) => supplier === 'roses' && ['anna', 'ben'].includes(sub),
  });
  /** What was asked for, and of that what was answered. @type {string[]} */
  const asked = [];
  /** @type {string[]} */
  const answered = [];
  let isDown = false;
  /** @type {import('@playwright/test').BrowserContext[]} */
  const contexts = [];

  /** A device of its own: nothing of another one's storage is there. */
  async function device(/** @type {string} */ sub) {
    const context = await tabs.browser.newContext();
    contexts.push(context);
    await context.route('**/api/cache/**', async (route) => {
      const request = route.request();
      const what = `${request.method()} ${new URL(request.url()).pathname.split('/').at(-1)}`;
      asked.push(what);
      if (isDown) return route.abort('connectionrefused');
      const body = request.postDataBuffer();
      const answer = await handle(
        new Request(request.url(), {
          method: request.method(),
          headers: await request.allHeaders(),
          ...(body ? { body: new Uint8Array(body) } : {}),
        }),
      );
      answered.push(what);
      return route.fulfill({
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
        body: Buffer.from(await answer.arrayBuffer()),
      });
    });
    const page = await tabs.openTab(context);
    const token = await new SignJWT({ aud: 'authenticated', role: 'authenticated' })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(sub)
      .setExpirationTime('1 hour')
      .sign(new TextEncoder().encode(secret));
    await page.evaluate(async (token) => {
      const global = /** @type {any} */ (globalThis);
      const { createDashboard } = await import(`${global.location.origin}/index.js`);
      global.dashboard = await createDashboard({
        url: 'http://127.0.0.1:9',
        key: 'key',
        accessToken: () => token,
        cache: { devices: false, tables: 'none', remote: '/api/cache' },
      });
      global.cache = global.dashboard.cache;
      global.keyOf = (/** @type {string} */ resource) => ({
        namespace: 'remote',
        supplierId: 'roses',
        resource,
      });
      global.fetches = 0;
      global.read = async (/** @type {string} */ name, /** @type {string} */ value, options = {}) => {
        const { data } = await cache.getOrFetch(
          keyOf(name),
          async () => {
            global.fetches += 1;
            return value;
          },
          options,
        );
        return data;
      };
    }, token);
    return page;
  }

  return {
    device,
    asked,
    /** Waits until the handler has answered a request of this kind since the last wait for one. */
    async untilAnswered(/** @type {string} */ what, within = 20_000) {
      const until = Date.now() + within;
      while (!answered.includes(what)) {
        if (Date.now() > until) throw new Error(`No ${what} was answered: ${asked.join(', ')}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      answered.splice(answered.indexOf(what), 1);
    },
    setDown: (/** @type {boolean} */ down) => {
      isDown = down;
    },
    async stop() {
      for (const context of contexts) await context.close();
      await handle.close();
    },
  };
}

/** @param {import('@playwright/test').Page} page @param {string} name @param {string} value */
const read = (page, name, value) =>
  page.evaluate(([name, value]) => /** @type {any} */ (globalThis).read(name, value), [name, value]);

test('what one device has fetched another is given by the remote tier, until somebody makes it invalid', async () => {
  const { device, untilAnswered, stop } = await shared();
  try {
    const [anna, ben] = [await device('anna'), await device('ben')];
    assert.equal(await read(anna, 'list', 'first'), 'first');
    await untilAnswered('POST entries');
    assert.equal(await read(ben, 'list', 'second'), 'first');
    assert.equal(await ben.evaluate(() => cache.stats().hits.remote), 1);
    const written = await ben.evaluate(() => cache.invalidateSupplier('roses'));
    assert.deepEqual(written, { disk: true, remote: true });
    assert.equal(await read(ben, 'list', 'third'), 'third');
    await untilAnswered('POST entries');
    // A device that has heard nothing asks the shared counters after a gap.
    await anna.evaluate(() => /** @type {any} */ (globalThis).dispatchEvent(new Event('online')));
    // What it has is given until they have answered.
    await anna.waitForFunction(
      async () => (await /** @type {any} */ (globalThis).read('list', 'fourth')) === 'third',
    );
    const carol = await device('anna');
    assert.equal(await read(carol, 'list', 'fifth'), 'third');
  } finally {
    await stop();
  }
});

test('a stranger is given nothing, and the fetcher serves', async () => {
  const { device, untilAnswered, stop } = await shared();
  try {
    const anna = await device('anna');
    await read(anna, 'secret', 'the roses’');
    await untilAnswered('POST entries');
    const mallory = await device('mallory');
    assert.equal(await read(mallory, 'secret', 'mallory’s own'), 'mallory’s own');
  } finally {
    await stop();
  }
});

test('a remote tier that is down costs a fetch and no more; an invalidation that it did not hear is an error, and is made good later', async () => {
  const { device, setDown, untilAnswered, stop } = await shared();
  try {
    const [anna, ben] = [await device('anna'), await device('ben')];
    await read(anna, 'list', 'first');
    await untilAnswered('POST entries');
    setDown(true);
    const began = Date.now();
    assert.equal(await read(ben, 'list', 'fetched'), 'fetched');
    assert.ok(Date.now() - began < 2_000, `${Date.now() - began} ms`);
    const code = await ben.evaluate(() => failure(cache.invalidateSupplier('roses')));
    assert.equal(code, 'remote_unavailable');
    setDown(false);
    await ben.evaluate(() => /** @type {any} */ (globalThis).dispatchEvent(new Event('online')));
    await untilAnswered('POST invalidate', 70_000);
    const carol = await device('anna');
    assert.equal(await read(carol, 'list', 'new'), 'new');
  } finally {
    await stop();
  }
});

test('a batch at sign-in is one request', async () => {
  const { device, asked, stop } = await shared();
  try {
    const anna = await device('anna');
    asked.length = 0;
    const warm = () =>
      cache.warmCache(
        'roses',
        Array.from({ length: 50 }, (_, n) => ({
          namespace: 'remote',
          resource: `warm ${n}`,
          data: { n },
          ttl: 60_000 + n,
        })),
      );
    const written = await anna.evaluate(warm);
    assert.deepEqual(written, { disk: true, remote: true });
    const batches = () => asked.filter((line) => line.endsWith(' entries')).length;
    // The first one of all is given once more: the supplier's counters are begun with it.
    assert.equal(batches(), 2, asked.join());
    asked.length = 0;
    assert.deepEqual(await anna.evaluate(warm), { disk: true, remote: true });
    assert.equal(batches(), 1, asked.join());
    const ben = await device('ben');
    assert.deepEqual(await ben.evaluate(async () => (await cache.get(keyOf('warm 7')))?.data), { n: 7 });
  } finally {
    await stop();
  }
});

test('what the remote tier does not take is kept here, and no device is given what it had before', async () => {
  const { device, stop } = await shared();
  try {
    const anna = await device('anna');
    const found = (/** @type {import('@playwright/test').Page} */ page, /** @type {string} */ name) =>
      page.evaluate(async (name) => (await cache.get(keyOf(name)))?.data ?? null, name);
    for (const name of ['large', 'strange']) {
      await anna.evaluate((name) => cache.set(keyOf(name), 'short'), name);
      assert.equal(await found(await device('ben'), name), 'short');
    }
    const large = await anna.evaluate(() => cache.set(keyOf('large'), 'x'.repeat(9_000_000)));
    const strange = await anna.evaluate(() => cache.set(keyOf('strange'), new Map([[1, 2]])));
    assert.deepEqual([large, strange], Array(2).fill({ disk: true, remote: true }));
    assert.equal((await found(anna, 'large'))?.length, 9_000_000);
    assert.equal(await anna.evaluate(async () => (await cache.get(keyOf('strange'))).data.get(1)), 2);
    const ben = await device('ben');
    assert.equal(await found(ben, 'large'), null);
    assert.equal(await found(ben, 'strange'), null);
  } finally {
    await stop();
  }
});

test('what the remote tier does not take keeps nothing else from it, and nothing older is given in its place', async () => {
  const { device, stop } = await shared();
  try {
    const anna = await device('anna');
    await anna.evaluate(async () => {
      for (const name of ['large', 'dated', 'small']) await cache.set(keyOf(name), 'older');
    });
    const written = await anna.evaluate(() =>
      cache.warmCache('roses', [
        { namespace: 'remote', resource: 'large', data: 'x'.repeat(5_300_000) },
        { namespace: 'remote', resource: 'dated', data: new Date(0) },
        ...Array.from({ length: 600 }, (_, n) => ({ namespace: 'remote', resource: `one ${n}`, data: n })),
        { namespace: 'remote', resource: 'small', data: 'newer' },
      ]),
    );
    assert.deepEqual(written, { disk: true, remote: true });
    const ben = await device('ben');
    const found = await ben.evaluate(async () => {
      const of = async (/** @type {string} */ name) => (await cache.get(keyOf(name)))?.data ?? null;
      return [
        await of('large'),
        await of('dated'),
        await of('small'),
        await of('one 0'),
        await of('one 599'),
      ];
    });
    assert.deepEqual(found, [null, null, 'newer', 0, 599]);
    const own = await anna.evaluate(async () => [
      (await cache.get(keyOf('large'))).data.length,
      (await cache.get(keyOf('dated'))).data.getTime(),
    ]);
    assert.deepEqual(own, [5_300_000, 0]);
  } finally {
    await stop();
  }
});
