// What nobody should do, and somebody does: set the clock back, store fifty million bytes at once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTabs } from './tabs.mjs';

/** @type {Awaited<ReturnType<typeof startTabs>>} */
let tabs;

before(async () => {
  tabs = await startTabs();
});
after(() => tabs.stop());

/** The machine's clock is set back a day, for whoever asks from now on. */
function setBack() {
  const page = /** @type {any} */ (globalThis);
  const Own = page.Date;
  page.Date = class extends Own {
    constructor(/** @type {unknown[]} */ ...given) {
      super(...(given.length > 0 ? given : [Own.now() - 86_400_000]));
    }
    static now() {
      return Own.now() - 86_400_000;
    }
  };
}

test('the clock set back a day, under a running page and for the next one: the order and the last value hold', async () => {
  await tabs.withContext(async (context) => {
    const page = await tabs.openTab(context);
    const first = await page.evaluate(async () => {
      const { outbox, cache } = await /** @type {any} */ (globalThis).open();
      await outbox.write([['first', 1]]);
      await cache.write([['key', 'old', Date.now() + 60_000]]);
      return Date.now();
    });
    await page.evaluate(setBack);
    const second = await page.evaluate(async () => {
      const page = /** @type {any} */ (globalThis);
      await page.outbox.write([['second', 2]]);
      await page.cache.write([['key', 'new', page.Date.now() + 60_000]]);
      return page.Date.now();
    });
    assert.ok(second < first - 80_000_000, 'it is set back');
    const other = await tabs.openTab(context, { prepare: (page) => page.addInitScript(setBack) });
    const found = await other.evaluate(async () => {
      const page = /** @type {any} */ (globalThis);
      const { outbox, cache, store } = await page.open();
      const value = await cache.get('key');
      await outbox.write([['third', 3]]);
      await cache.write([['key', 'newest']]);
      return [value, await cache.get('key'), [...(await outbox.all()).keys()], store.status.troubles];
    });
    assert.deepEqual(found, ['new', 'newest', ['first', 'second', 'third'], {}]);
  });
});

test('values of fifty million bytes are stored whole or told as not durable, and small ones go on behind them', async () => {
  await tabs.withContext(async (context) => {
    const page = await tabs.openTab(context);
    const told = await page.evaluate(async () => {
      const page = /** @type {any} */ (globalThis);
      const { outbox, cache } = await page.open();
      await outbox.get('none');
      const began = performance.now();
      const bytes = new Uint8Array(50_000_000).fill(7);
      page.text = page.noise(50_000_000);
      const writing = [
        page.failure(outbox.write([['text', page.text]])),
        page.failure(cache.write([['bytes', bytes]])),
        page.failure(outbox.write([['small', 1]])),
      ];
      const atOnceMs = performance.now() - began;
      const read = [await outbox.get('small'), (await outbox.get('text')).length];
      const codes = await Promise.all(writing);
      return { atOnceMs, read, codes, ms: performance.now() - began };
    });
    console.log(`fifty million bytes: ${JSON.stringify(told)}`);
    assert.deepEqual(told.read, [1, 50_000_000]);
    for (const code of told.codes) assert.ok(['no error', 'not_durable'].includes(code), code);
    assert.ok(told.ms < 15_000, 'every call comes to an end');
    const settled = await page.evaluate(
      'untilStatus(({ spilling, troubles }) => !spilling && Object.keys(troubles).length === 0, 30_000)',
    );
    assert.equal(typeof settled, 'number', `it comes to rest: ${settled}`);
    const other = await tabs.openTab(context);
    const hash = await page.evaluate('hash(text)');
    const found = await other.evaluate(async () => {
      const page = /** @type {any} */ (globalThis);
      const { outbox, cache } = await page.open();
      const all = await outbox.all();
      const bytes = await cache.get('bytes');
      const isWhole = bytes.length === 50_000_000 && bytes.every((/** @type {number} */ byte) => byte === 7);
      return [[...all.keys()], await page.hash(all.get('text')), isWhole];
    });
    assert.deepEqual(found, [['text', 'small'], hash, true]);
  });
});
