// Scenario 4 of the field, first half: a page that is loaded again and again while much is being written.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { becomeNext } from './next-build.mjs';
import { startTabs } from './tabs.mjs';

/** @type {Awaited<ReturnType<typeof startTabs>>} */
let tabs;

before(async () => {
  tabs = await startTabs();
});
after(() => tabs.stop());

const LARGE = 5 * 2 ** 20;

/**
 * What runs in the page each time that it is loaded: it opens the store, writes two small values, and five million bytes
 * behind them. What becomes of them is told at once, because the page does not live long.
 */
function writeMuch(/** @type {number} */ bytes) {
  const page = /** @type {any} */ (globalThis);
  let isLeaving = false;
  page.addEventListener('pagehide', () => {
    isLeaving = true;
  });
  // Whatever is written from then on is noted where it outlives the page.
  for (const method of ['add', 'put']) {
    const own = page.IDBObjectStore.prototype[method];
    page.IDBObjectStore.prototype[method] = function (/** @type {unknown[]} */ ...given) {
      if (isLeaving) page.localStorage.setItem('written on leaving', method);
      return own.apply(this, given);
    };
  }
  page.running = (async () => {
    const load = page.performance.timeOrigin;
    const began = page.performance.now();
    const { outbox } = await page.open();
    await outbox.get('none');
    await page.tell('opened', page.performance.now() - began);
    for (const key of [`${load} first`, `${load} second`]) {
      await outbox.write([[key, { key }]]);
      await page.tell('durable', key);
    }
    const large = `${load} large`;
    await page.tell('begun', large);
    await outbox.write([[large, page.noise(bytes)]]);
    await page.tell('durable', large);
  })();
}

for (const [beside, isNext] of /** @type {[string, boolean][]} */ ([
  ['', false],
  [', of a new build beside a tab of an old one', true],
]))
  test(`scenario 4: a page loaded five times within two seconds${beside}, each time writing five million bytes: what was told as durable is there`, () =>
    loadFiveTimes(isNext));

async function loadFiveTimes(/** @type {boolean} */ isNext) {
  await tabs.withContext(async (context) => {
    const old = isNext ? await tabs.openTab(context) : undefined;
    await old?.evaluate(async () => {
      const { outbox } = await /** @type {any} */ (globalThis).open();
      await outbox.write([['old', { key: 'old' }]]);
    });
    const asBuilt = async (/** @type {import('@playwright/test').Page} */ page) => {
      if (isNext) await page.addInitScript(becomeNext);
    };
    /** @type {{ what: string, value: any }[]} */
    const told = [];
    const page = await tabs.openTab(context, {
      async prepare(page) {
        await asBuilt(page);
        await page.exposeFunction('tell', (/** @type {string} */ what, /** @type {any} */ value) => {
          told.push({ what, value });
        });
        await page.addInitScript(writeMuch, LARGE);
      },
    });
    const of = (/** @type {string} */ what) =>
      told.filter((one) => one.what === what).map(({ value }) => value);
    const end = Date.now() + 20_000;
    while (of('begun').length === 0 && Date.now() < end) await sleep(5);
    assert.equal(of('begun').length, 1, 'the first one writes');
    const began = Date.now();
    for (let count = 1; count <= 5; count += 1) {
      await page.reload({ waitUntil: 'commit' });
      await sleep(began + count * 350 - Date.now());
    }
    const tookMs = Date.now() - began;
    // The last one is left alone until it has written everything.
    await page.evaluate('running');
    const last = of('durable').at(-1);
    assert.match(last, / large$/);

    const other = await tabs.openTab(context, { prepare: asBuilt });
    const found = /** @type {[string, number][]} */ (
      await other.evaluate(async (durable) => {
        const page = /** @type {any} */ (globalThis);
        const { outbox } = await page.open();
        // If one of them was spilled, the tab that leads takes it into the outbox.
        const end = performance.now() + 15_000;
        let all = await outbox.all();
        while (durable.some((key) => !all.get(key)) && performance.now() < end) {
          await page.pause(200);
          all = await outbox.all();
        }
        return [...all.keys()].map((key) => [key, all.get(key).length ?? 0]);
      }, of('durable'))
    );
    if (isNext) assert.equal(found.shift()?.[0], 'old', 'what the old build has written comes first');
    const keys = found.map(([key]) => key);
    console.log(
      `five reloads in ${tookMs} ms: ${of('opened').length} loads came to open the store, after ${of('opened').map(Math.round)} ms; ` +
        `${of('durable').length} writes were told as durable, ${keys.length} are there`,
    );
    assert.deepEqual(
      of('durable').filter((key) => !keys.includes(key)),
      [],
      'what was told as durable is there',
    );
    for (const load of new Set(keys.map((key) => key.split(' ')[0]))) {
      const steps = keys.filter((key) => key.startsWith(`${load} `)).map((key) => key.split(' ')[1]);
      assert.deepEqual(
        steps,
        ['first', 'second', 'large'].slice(0, steps.length),
        'in the order of each load',
      );
    }
    assert.equal(new Set(keys).size, keys.length);
    for (const [key, length] of found)
      assert.equal(length, key.endsWith('large') ? LARGE : 0, `${key} is whole`);
    assert.ok(
      of('opened').every((ms) => ms < 10_000),
      'no opening waits without a deadline',
    );
    // In the tab that has been left: another one may see it later.
    const late = await page.evaluate(`localStorage.getItem('written on leaving')`);
    assert.equal(late, null, 'nothing is written by a page that is left');
    const troubles = await old?.evaluate('store.status.troubles.outbox');
    assert.equal(troubles, isNext ? 'newer' : undefined, 'the old tab has closed its databases and says why');
  });
}
