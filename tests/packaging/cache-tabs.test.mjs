// The cache among several tabs of a user: one fetch for all, and what one has removed no other gives.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { holdCache } from './busy-disk.mjs';
import { startTabs } from './tabs.mjs';

/** @type {Awaited<ReturnType<typeof startTabs>>} */
let tabs;

before(async () => {
  tabs = await startTabs();
});
after(() => tabs.stop());

/**
 * A tab with `cache`, `keyOf` and `pause`, which has read from its disk unless it is `cold`.
 * @param {import('@playwright/test').BrowserContext} context
 */
async function openCache(context, { isCold = false } = {}) {
  const page = await tabs.openTab(context);
  await page.evaluate(async (isCold) => {
    const global = /** @type {any} */ (globalThis);
    const { createDashboard } = await import(`${global.location.origin}/index.js`);
    global.dashboard = await createDashboard({
      url: 'http://127.0.0.1:9',
      key: 'key',
      accessToken: () => global.tokenOf('amelia'),
      cache: { devices: false, tables: 'none' },
    });
    global.cache = global.dashboard.cache;
    global.keyOf = (/** @type {string} */ resource) => ({ namespace: 'tabs', supplierId: 's1', resource });
    if (!isCold) await global.cache.get(global.keyOf('first'));
  }, isCold);
  return page;
}

/* What runs in the page. */
/** @type {any} */
let cache;
/** @type {any} */
let keyOf;
/** @type {any} */
let pause;
/** @type {any} */
let navigator;

test('five tabs ask at once, one fetches, and all are given the same', async () => {
  await tabs.withContext(async (context) => {
    const pages = [];
    for (let number = 0; number < 5; number += 1) pages.push(await openCache(context));
    const told = await Promise.all(
      pages.map((page) =>
        page.evaluate(async () => {
          let fetches = 0;
          const { data } = await cache.getOrFetch(keyOf('shared'), async () => {
            fetches += 1;
            // So long it takes, for the others to ask meanwhile.
            await pause(300);
            return Math.random();
          });
          return { data, fetches };
        }),
      ),
    );
    assert.equal(
      told.reduce((sum, { fetches }) => sum + fetches, 0),
      1,
    );
    assert.equal(new Set(told.map(({ data }) => data)).size, 1);
  });
});

test('what one tab sets, deletes or makes invalid no other tab gives once it has heard of it', async () => {
  await tabs.withContext(async (context) => {
    const one = await openCache(context);
    const other = await openCache(context);
    const seen = () => other.evaluate(async () => (await cache.get(keyOf('value')))?.data ?? null);
    const until = (/** @type {unknown} */ wanted) =>
      other.evaluate(async (wanted) => {
        const until = performance.now() + 5_000;
        let last;
        do {
          last = (await cache.get(keyOf('value')))?.data ?? null;
          if (last === wanted) return last;
          await pause(5);
        } while (performance.now() < until);
        return last;
      }, wanted);
    await one.evaluate(() => cache.set(keyOf('value'), 1, { tags: ['numbers'] }));
    assert.equal(await until(1), 1);
    await one.evaluate(() => cache.set(keyOf('value'), 2, { tags: ['numbers'] }));
    assert.equal(await until(2), 2);
    await one.evaluate(() => cache.delete(keyOf('value')));
    assert.equal(await until(null), null);
    await other.evaluate(() => cache.set(keyOf('value'), 3, { tags: ['numbers'] }));
    assert.equal(await seen(), 3);
    await one.evaluate(() => cache.invalidateByTag('numbers'));
    assert.equal(await until(null), null);
    await other.evaluate(() => cache.set(keyOf('value'), 4));
    await one.evaluate(() => cache.invalidateSupplier('s1'));
    assert.equal(await until(null), null);
    // A tab that comes later reads it from the disk, or does not.
    const late = await openCache(context);
    assert.equal(await late.evaluate(() => cache.get(keyOf('value'))), null);
  });
});

test('what is shown in one tab follows what another one sets, without a state in between', async () => {
  await tabs.withContext(async (context) => {
    const one = await openCache(context);
    const other = await openCache(context);
    await one.evaluate(() => cache.set(keyOf('shown'), 0));
    await other.evaluate(async () => {
      const global = /** @type {any} */ (globalThis);
      global.told = [];
      cache.subscribe(keyOf('shown'), (/** @type {any} */ snapshot) =>
        global.told.push(snapshot.data ?? null),
      );
    });
    for (const number of [1, 2, 3]) {
      await one.evaluate((number) => cache.set(keyOf('shown'), number), number);
      await other.waitForFunction((number) => cache.getSnapshot(keyOf('shown')).data === number, number);
    }
    const told = await other.evaluate(() => /** @type {any} */ (globalThis).told);
    assert.deepEqual(
      told.filter((/** @type {unknown} */ data) => data !== 0),
      [1, 2, 3],
    );
  });
});

test('a tab that sleeps with the lock of a fetch holds nobody up for longer than three seconds', async () => {
  await tabs.withContext(async (context) => {
    const sleeper = await openCache(context);
    const other = await openCache(context);
    await sleeper.evaluate(() => {
      const global = /** @type {any} */ (globalThis);
      global.never = cache.getOrFetch(keyOf('slept'), () => new Promise(() => {}));
    });
    await sleeper.waitForFunction(async () =>
      (await navigator.locks.query()).held?.some((/** @type {any} */ { name }) => name?.includes('slept')),
    );
    const ms = await other.evaluate(async () => {
      const began = performance.now();
      await cache.getOrFetch(keyOf('slept'), async () => 'awake');
      return performance.now() - began;
    });
    assert.ok(ms > 2_500 && ms < 6_000, `${ms} ms`);
  });
});

test('a tab that is busy within a transaction of the disk holds up another one’s read for a second', async () => {
  await tabs.withContext(async (context) => {
    const busy = await openCache(context);
    await busy.evaluate(() => cache.set(keyOf('cold'), 'stored'));
    const release = await holdCache(busy);
    const other = await openCache(context, { isCold: true });
    const told = await other.evaluate(async () => {
      const { dashboard } = /** @type {any} */ (globalThis);
      const began = performance.now();
      const { data } = await cache.getOrFetch(keyOf('cold'), async () => 'fetched');
      const ms = performance.now() - began;
      return { ms, data, health: dashboard.health.getHealthStatus().checks.cache.status };
    });
    assert.deepEqual({ ...told, ms: 0 }, { ms: 0, data: 'fetched', health: 'degraded' });
    assert.ok(told.ms > 900 && told.ms < 2_500, `${told.ms} ms`);
    await release();
    // What was fetched meanwhile has replaced nothing.
    await other.waitForFunction(async () => (await cache.get(keyOf('cold')))?.data === 'stored');
    await other.waitForFunction(
      () =>
        /** @type {any} */ (globalThis).dashboard.health.getHealthStatus().checks.cache.status === 'healthy',
    );
  });
});

test('tabs that write, remove and fetch at random show the same in the end', async () => {
  await tabs.withContext(async (context) => {
    const pages = [await openCache(context), await openCache(context), await openCache(context)];
    await Promise.all(
      pages.map((page, tab) =>
        page.evaluate(async (tab) => {
          let seed = tab * 7_919 + 13;
          const chance = (/** @type {number} */ most) => {
            seed = (seed * 48_271) % 2_147_483_647;
            return seed % most;
          };
          for (let step = 0; step < 60; step += 1) {
            const key = keyOf(`k${chance(3)}`);
            const what = chance(10);
            if (what < 4) await cache.set(key, `${tab}.${step}`, { tags: ['t'] });
            else if (what < 5) await cache.delete(key);
            else if (what < 6) await cache.invalidateByTag('t');
            else await cache.getOrFetch(key, async () => `fetched ${tab}.${step}`, { tags: ['t'] });
          }
        }, tab),
      ),
    );
    const read = async () =>
      Promise.all(
        pages.map((page) =>
          page.evaluate(async () =>
            JSON.stringify(
              await Promise.all(
                ['k0', 'k1', 'k2'].map(async (name) => (await cache.get(keyOf(name)))?.data ?? null),
              ),
            ),
          ),
        ),
      );
    let told = await read();
    for (let tries = 0; new Set(told).size > 1 && tries < 50; tries += 1) {
      await pages[0]?.waitForTimeout(50);
      told = await read();
    }
    assert.equal(new Set(told).size, 1, told.join(' | '));
  });
});
