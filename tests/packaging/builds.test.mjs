// Scenario 4 of the field, second half: tabs of an older and of a newer build beside each other.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { becomeNext } from './next-build.mjs';
import { startTabs } from './tabs.mjs';

/** @type {Awaited<ReturnType<typeof startTabs>>} */
let tabs;

before(async () => {
  tabs = await startTabs();
});
after(() => tabs.stop());

/** @param {import('@playwright/test').BrowserContext} context */
const openNext = (context) => tabs.openTab(context, { prepare: (page) => page.addInitScript(becomeNext) });

/** What an old page did that is closed by now: databases of this build's version. @param {import('@playwright/test').BrowserContext} context */
async function leaveOld(context) {
  const page = await tabs.openTab(context);
  await page.evaluate(async () => {
    const { outbox, cache, dashboard } = await /** @type {any} */ (globalThis).open();
    await outbox.write([['old', 'queued']]);
    await cache.write([['old', 'cached']]);
    await dashboard.close();
  });
  return page;
}

test('scenario 4: a tab of an old build holds the databases and does not listen: blocked is told within a second, writes are durable, nothing waits for ever', async () => {
  await tabs.withContext(async (context) => {
    const old = await leaveOld(context);
    await old.evaluate(async () => {
      const page = /** @type {any} */ (globalThis);
      page.held = [];
      for (const name of [...(await page.databases('outbox')), ...(await page.databases('cache'))]) {
        const opening = page.indexedDB.open(name);
        await new Promise((resolve) => {
          opening.onsuccess = resolve;
        });
        page.held.push(opening.result);
      }
    });
    const next = await openNext(context);
    const told = await next.evaluate(async () => {
      const page = /** @type {any} */ (globalThis);
      const { outbox, cache, store } = await page.open();
      const blockedMs = await page.untilStatus(
        (/** @type {any} */ { troubles }) => troubles.outbox === 'blocked' && troubles.cache === 'blocked',
      );
      const began = performance.now();
      const read = page.failure(cache.get('old'));
      const cached = page.failure(cache.write([['key', 'value']]));
      const written = await page.failure(outbox.write([['new', 'queued']]));
      const writtenMs = performance.now() - began;
      const { spilling, durability } = store.status;
      const waiting = { read: await read, cached: await cached };
      const waitedMs = performance.now() - began;
      // It is still so, and still told so, however often it has been tried.
      return {
        blockedMs,
        written,
        writtenMs,
        spilling,
        durability,
        waiting,
        waitedMs,
        ...store.status.troubles,
      };
    });
    const { blockedMs, writtenMs, waitedMs, ...rest } = told;
    assert.ok(blockedMs < 1_000, `blocked is told after ${blockedMs} ms`);
    assert.ok(writtenMs < 2_000, `durable after ${writtenMs} ms`);
    assert.ok(waitedMs < 12_000, `the rest comes to an end after ${waitedMs} ms`);
    assert.deepEqual(rest, {
      written: 'no error',
      spilling: true,
      durability: 'disk',
      // What is in a cache can be had elsewhere: nobody waits for it, and it is not there.
      waiting: { read: 'no error', cached: 'not_durable' },
      outbox: 'blocked',
      cache: 'blocked',
    });

    // The old tab is closed: everything comes together.
    await old.close();
    const ms = await next.evaluate(
      `untilStatus(({ spilling, troubles }) => !spilling && Object.keys(troubles).length === 0, 45_000)`,
    );
    assert.equal(typeof ms, 'number', `it recovers: ${ms}`);
    const found = await next.evaluate(
      `Promise.all([outbox.all().then((all) => [...all.keys()]), cache.get('old'), cache.get('key')])`,
    );
    assert.deepEqual(found, [['old', 'new'], 'cached', 'value']);
  });
});

test('openings that wait behind somebody’s deletion, of which no browser tells, are told as blocked within a second; given up, they neither stay open nor make anything', async () => {
  await tabs.withContext(async (context) => {
    const old = await leaveOld(context);
    const deletions = await old.evaluate(async () => {
      const page = /** @type {any} */ (globalThis);
      page.held = [];
      const names = [...(await page.databases('outbox')), ...(await page.databases('cache'))];
      for (const name of names) {
        const opening = page.indexedDB.open(name);
        await new Promise((resolve) => {
          opening.onsuccess = resolve;
        });
        page.held.push(opening.result);
        const deletion = page.indexedDB.deleteDatabase(name);
        await new Promise((resolve) => {
          deletion.onblocked = resolve;
        });
      }
      return names;
    });
    assert.equal(deletions.length, 2);
    const next = await tabs.openTab(context);
    const told = await next.evaluate(async () => {
      const page = /** @type {any} */ (globalThis);
      let began = Number.POSITIVE_INFINITY;
      const open = page.indexedDB.open.bind(page.indexedDB);
      page.indexedDB.open = (/** @type {string} */ name, /** @type {number} */ version) => {
        if (name.endsWith('/outbox')) began = Math.min(began, performance.now());
        return open(name, version);
      };
      const { outbox } = await page.open();
      const written = page.failure(outbox.write([['new', 'queued']]));
      await page.untilStatus((/** @type {any} */ { troubles }) => troubles.outbox === 'blocked');
      return { blockedMs: performance.now() - began, written: await written };
    });
    assert.ok(told.blockedMs < 1_000, `blocked is told after ${told.blockedMs} ms`);
    assert.equal(told.written, 'no error');
    // Several openings have been given up by then.
    await next.evaluate('pause(12_000)');
    assert.equal(await next.evaluate('store.status.troubles.outbox'), 'blocked');
    await next.evaluate('dashboard.close()');
    await old.evaluate(() => {
      for (const database of /** @type {any} */ (globalThis).held) database.close();
    });
    const left = await next.evaluate(async (names) => {
      const page = /** @type {any} */ (globalThis);
      await page.pause(500);
      const there = (await page.indexedDB.databases()).map((/** @type {any} */ { name }) => name);
      // A deletion waits for whatever is open.
      const blocked = /** @type {string[]} */ ([]);
      for (const name of names) {
        await new Promise((resolve) => {
          const deletion = page.indexedDB.deleteDatabase(name);
          deletion.onblocked = () => blocked.push(name);
          deletion.onsuccess = resolve;
        });
      }
      return { made: names.filter((name) => there.includes(name)), blocked };
    }, deletions);
    assert.deepEqual(left, { made: [], blocked: [] });
  });
});

test('scenario 4: a new build opens beside this one: this one lets go at once, reads on, keeps what is queued, and says newer', async () => {
  await tabs.withContext(async (context) => {
    const old = await tabs.openTab(context);
    await old.evaluate(async () => {
      const { outbox, cache } = await /** @type {any} */ (globalThis).open();
      await outbox.write([['old', 'queued']]);
      await cache.write([['old', 'cached']]);
    });
    const next = await openNext(context);
    const opened = await next.evaluate(async () => {
      const page = /** @type {any} */ (globalThis);
      const { outbox, cache, store } = await page.open();
      const wasBlocked = page.untilStatus(
        (/** @type {any} */ { troubles }) => troubles.outbox === 'blocked',
        500,
      );
      const read = [(await outbox.all()).get('old'), await cache.get('old')];
      await outbox.write([['new', 'queued']]);
      await cache.write([['new', 'cached']]);
      return { read, ...store.status, wasBlocked: typeof (await wasBlocked) };
    });
    assert.deepEqual(opened, {
      read: ['queued', 'cached'],
      durability: 'disk',
      spilling: false,
      troubles: {},
      wasBlocked: 'string',
    });
    const told = await old.evaluate(async () => {
      const page = /** @type {any} */ (globalThis);
      const { outbox, cache, store } = page;
      const newerMs = await page.untilStatus(
        (/** @type {any} */ { troubles }) => troubles.outbox === 'newer' && troubles.cache === 'newer',
      );
      const late = await page.failure(outbox.write([['late', 'queued']]));
      const refused = await page.failure(cache.write([['late', 'cached']]));
      // A tab of another build looks for what was written now and then.
      for (let tries = 0; tries < 100 && !(await cache.get('new')); tries += 1) await page.pause(100);
      const read = [await cache.get('old'), await cache.get('new'), await outbox.get('late')];
      return { isTold: typeof newerMs, late, refused, read, durability: store.status.durability };
    });
    assert.deepEqual(told, {
      isTold: 'number',
      late: 'no error',
      refused: 'newer_build',
      read: ['cached', 'cached', 'queued'],
      durability: 'disk',
    });
    // A page that is loaded with this build now finds it so, too.
    const again = await tabs.openTab(context);
    const found = await again.evaluate(async () => {
      const page = /** @type {any} */ (globalThis);
      const { outbox, cache, store } = await page.open();
      const read = [[...(await outbox.all()).keys()], await cache.get('new')];
      return {
        read,
        refused: await page.failure(cache.write([['x', 1]])),
        troubles: store.status.troubles.cache,
      };
    });
    assert.deepEqual(found, {
      read: [['old', 'new'], 'cached'],
      refused: 'newer_build',
      troubles: 'newer',
    });
  });
});
