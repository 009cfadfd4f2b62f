// No space left, as Chromium tells it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTabs } from './tabs.mjs';

/** @type {Awaited<ReturnType<typeof startTabs>>} */
let tabs;

before(async () => {
  tabs = await startTabs();
});
after(() => tabs.stop());

test('a full device: the cache gives way to the outbox, then storage_full is told, and what fits goes on', async () => {
  await tabs.withContext(async (context) => {
    const page = await tabs.openTab(context);
    const session = await context.newCDPSession(page);
    // From the start: Chromium asks what is left, and believes it for half a minute.
    await session.send('Storage.overrideQuotaForOrigin', { origin: tabs.url, quotaSize: 16_000_000 });
    await page.evaluate(async () => {
      const page = /** @type {any} */ (globalThis);
      const { outbox, cache } = await page.open();
      await outbox.write([['small', 1]]);
      for (let n = 0; n < 12; n += 1) await cache.write([[`key-${n}`, page.noise(2 ** 20)]]);
    });
    const first = await page.evaluate(async () => {
      const page = /** @type {any} */ (globalThis);
      const { outbox, cache } = page;
      const written = await page.failure(outbox.write([['large', page.noise(4 * 2 ** 20)]]));
      return {
        written,
        cached: (await cache.all()).size,
      };
    });
    assert.deepEqual([first.written, first.cached], ['no error', 0]);

    const second = await page.evaluate(async () => {
      const page = /** @type {any} */ (globalThis);
      const { outbox, cache, store } = page;
      const refused = await page.failure(outbox.write([['too large', page.noise(30 * 2 ** 20)]]));
      const cached = await page.failure(cache.write([['too large', page.noise(30 * 2 ** 20)]]));
      const small = await page.failure(outbox.write([['after', 2]]));
      return { refused, cached, small, keys: [...(await outbox.all()).keys()], status: store.status };
    });
    assert.deepEqual(second, {
      refused: 'storage_full',
      cached: 'storage_full',
      small: 'no error',
      keys: ['small', 'large', 'after'],
      status: { durability: 'disk', spilling: false, troubles: {} },
    });
    const other = await tabs.openTab(context);
    const keys = await other.evaluate(
      'open().then(({ outbox }) => outbox.all()).then((all) => [...all.keys()])',
    );
    assert.deepEqual(keys, ['small', 'large', 'after']);
  });
});
