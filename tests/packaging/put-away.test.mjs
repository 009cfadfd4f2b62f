// A page whose store is open, put away into the back/forward cache.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTabs } from './tabs.mjs';

/** @type {Awaited<ReturnType<typeof startTabs>>} */
let tabs;

before(async () => {
  // Playwright switches the back/forward cache off unless it is asked not to.
  tabs = await startTabs({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
});
after(() => tabs.stop());

test('a page with an open store enters the back/forward cache, and works on when it comes back', async () => {
  await tabs.withContext(async (context) => {
    const page = await tabs.openTab(context);
    await page.evaluate(async () => {
      const page = /** @type {any} */ (globalThis);
      const { outbox, cache } = await page.open();
      page.shown = [];
      page.addEventListener('pageshow', (/** @type {any} */ { persisted }) => page.shown.push(persisted));
      await outbox.write([['before', 1]]);
      await cache.write([['before', 1]]);
    });
    await page.goto(`${tabs.url}/errors.js`);
    // Another one writes meanwhile: it finds nothing in its way.
    const other = await tabs.openTab(context);
    await other.evaluate(`open().then(({ outbox }) => outbox.write([['meanwhile', 2]]))`);
    await page.goBack({ waitUntil: 'commit' });
    const told = await page.evaluate(async () => {
      const page = /** @type {any} */ (globalThis);
      const { notRestoredReasons } = page.performance.getEntriesByType('navigation')[0];
      if (!page.outbox) return { reasons: JSON.stringify(notRestoredReasons), shown: page.shown };
      const { outbox, cache, store } = page;
      const read = [await outbox.get('before'), await cache.get('before')];
      await outbox.write([['after', 3]]);
      await cache.write([['after', 3]]);
      const keys = [...(await outbox.all()).keys()];
      return { reasons: notRestoredReasons, shown: page.shown, read, keys, status: store.status };
    });
    assert.deepEqual(told, {
      reasons: null,
      shown: [true],
      read: [1, 1],
      keys: ['before', 'meanwhile', 'after'],
      status: { durability: 'disk', spilling: false, troubles: {} },
    });
  });
});
