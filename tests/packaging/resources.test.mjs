// `useResource` on a page that a server has rendered, in a development build under StrictMode, which mounts everything twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expect as expected } from '@playwright/test';
import { holdCache } from './busy-disk.mjs';
import { settled, startResourcePages } from './resource-pages.mjs';
import { tokenOf } from './tokens.mjs';

/** On a machine that is busy a page takes its time. */
const expect = expected.configure({ timeout: 20_000 });

/* What runs in the page. */
/** @type {any} */
const window = undefined;

/** @type {Awaited<ReturnType<typeof startResourcePages>>} */
let pages;

before(async () => {
  pages = await startResourcePages();
});
after(() => pages.stop());

/** Something that is held up until it is let go. */
function gate() {
  let open = () => {};
  const hold = new Promise((resolve) => {
    open = () => resolve(undefined);
  });
  return { hold, open };
}

const timesAsked = (/** @type {string} */ name) => pages.asked.filter((one) => one === name).length;

test('the first render is the server’s, StrictMode fetches once, and each change is one render', async () => {
  pages.answers.first = { value: 'couples' };
  await pages.inBrowser(async (context) => {
    const { page, html, problems, commits, recovered } = await pages.open(context, {
      shown: [{ id: 'one', name: 'first' }],
    });
    assert.match(html, /<span data-testid="one">nothing missing<\/span>/);
    await expect(page.getByTestId('one')).toHaveText('couples fresh');
    await settled(page);
    // Until the provider has a dashboard.
    const all = await commits();
    const begun = all.indexOf('nothing missing fetching');
    assert.deepEqual([...new Set(all.slice(0, begun))], ['nothing missing']);
    assert.deepEqual(all.slice(begun), ['nothing missing fetching', 'couples fresh']);
    assert.equal(timesAsked('first'), 1);
    assert.deepEqual(await recovered(), []);
    assert.deepEqual(problems, []);
  });
});

test('a second page shows first what the device has kept, and fetches what is stale behind it', async () => {
  pages.answers.kept = { value: 'old' };
  await pages.inBrowser(async (context) => {
    const wishes = { shown: [{ id: 'one', name: 'kept' }] };
    const first = await pages.open(context, wishes);
    await expect(first.page.getByTestId('one')).toHaveText('old fresh');
    await settled(first.page);
    await first.page.close();

    // Fresh: nobody is asked.
    const second = await pages.open(context, wishes);
    await expect(second.page.getByTestId('one')).toHaveText('old fresh');
    await settled(second.page);
    assert.deepEqual((await second.commits()).slice(-2), ['nothing missing fetching', 'old fresh']);
    assert.equal(timesAsked('kept'), 1);
    // What is stale the second page fetches anew as well: it is not answered.
    const { hold, open } = gate();
    pages.answers.kept = { value: 'new', hold };
    await second.page.evaluate(async () => {
      const key = { namespace: 'test', supplierId: 's1', resource: 'kept' };
      await window.dashboard.cache.set(key, 'older', { ttl: 1 });
    });
    await settled(second.page);
    await second.page.close();

    const third = await pages.open(context, wishes);
    await expect(third.page.getByTestId('one')).toHaveText('older stale fetching');
    open();
    await expect(third.page.getByTestId('one')).toHaveText('new fresh');
    await settled(third.page);
    assert.deepEqual((await third.commits()).slice(-3), [
      'nothing missing fetching',
      'older stale fetching',
      'new fresh',
    ]);
    assert.deepEqual([...first.problems, ...second.problems, ...third.problems], []);
  });
});

test('what was shown stays until the new one is there: after an invalidation, a removal and a refresh', async () => {
  pages.answers.steady = { value: 'one' };
  await pages.inBrowser(async (context) => {
    const { page, problems, commits } = await pages.open(context, {
      shown: [{ id: 'one', name: 'steady', options: { tags: ['metrics'] } }],
    });
    await expect(page.getByTestId('one')).toHaveText('one fresh');
    const { length: before } = await commits();
    for (const [program, value] of /** @type {const} */ ([
      [() => window.dashboard.cache.invalidateByTag('metrics'), 'two'],
      [
        () => window.dashboard.cache.delete({ namespace: 'test', supplierId: 's1', resource: 'steady' }),
        'three',
      ],
      [() => window.views.one.refresh(), 'four'],
      [() => window.dashboard.cache.invalidateSupplier('s1'), 'five'],
    ])) {
      const { hold, open } = gate();
      pages.answers.steady = { value, hold };
      const asked = timesAsked('steady');
      const done = page.evaluate(program);
      await expect.poll(() => timesAsked('steady')).toBe(asked + 1);
      open();
      await done;
      await expect(page.getByTestId('one')).toHaveText(`${value} fresh`);
    }
    await settled(page);
    assert.deepEqual((await commits()).slice(before), [
      'one stale fetching',
      'two fresh',
      'two stale fetching',
      'three fresh',
      'three fresh fetching',
      'four fresh',
      'four stale fetching',
      'five fresh',
    ]);
    assert.deepEqual(problems, []);
  });
});

test('what becomes invalid while it is fetched is fetched again', async () => {
  const { hold, open } = gate();
  pages.answers.raced = { value: 'old', hold };
  await pages.inBrowser(async (context) => {
    const { page, problems } = await pages.open(context, { shown: [{ id: 'one', name: 'raced' }] });
    await expect.poll(() => timesAsked('raced')).toBe(1);
    await page.evaluate(() => window.dashboard.cache.invalidateSupplier('s1'));
    pages.answers.raced = { value: 'new' };
    open();
    await expect(page.getByTestId('one')).toHaveText('new fresh');
    assert.equal(timesAsked('raced'), 2);
    assert.deepEqual(problems, []);
  });
});

test('what is fetched while messages may have been missed is shown at once, and is fresh once the disk has answered', async () => {
  pages.answers.missed = { value: 'one' };
  await pages.inBrowser(async (context) => {
    const { page, problems, commits } = await pages.open(context, {
      cache: { remote: '/nowhere' },
      shown: [{ id: 'one', name: 'missed' }],
    });
    await expect(page.getByTestId('one')).toHaveText('one fresh');
    await settled(page);
    const { length: before } = await commits();
    const { hold, open } = gate();
    pages.answers.missed = { value: 'two', hold };
    const asked = timesAsked('missed');
    await page.evaluate(() => void window.views.one.refresh());
    await expect.poll(() => timesAsked('missed')).toBe(asked + 1);
    const release = await holdCache(page);
    await page.evaluate(() => void window.document.dispatchEvent(new Event('resume')));
    open();
    await expect(page.getByTestId('one')).toHaveText('two stale');
    await release();
    await expect(page.getByTestId('one')).toHaveText('two fresh');
    assert.deepEqual((await commits()).slice(before), ['one fresh fetching', 'two stale', 'two fresh']);
    assert.equal(timesAsked('missed'), asked + 1);
    assert.deepEqual(problems, []);
  });
});

test('another user is shown nothing of the first one’s at once, and their own without a detour', async () => {
  pages.answers.mine = { value: 'amelia’s' };
  await pages.inBrowser(async (context) => {
    const shown = [{ id: 'one', name: 'mine' }];
    const { page, problems, wish, commits } = await pages.open(context, { shown });
    await expect(page.getByTestId('one')).toHaveText('amelia’s fresh');
    const { length: before } = await commits();
    const late = gate();
    // Under way when the other one comes.
    pages.answers.mine = { value: 'amelia’s late', hold: late.hold };
    await page.evaluate(() => void window.views.one.refresh());
    await expect.poll(() => timesAsked('mine')).toBe(2);
    const own = gate();
    pages.answers.mine = { value: 'carla’s', hold: own.hold };
    await wish({ shown, token: tokenOf('carla') });
    await expect(page.getByTestId('one')).toHaveText('nothing missing fetching');
    late.open();
    await expect.poll(() => timesAsked('mine')).toBe(3);
    await settled(page);
    await expect(page.getByTestId('one')).toHaveText('nothing missing fetching');
    own.open();
    await expect(page.getByTestId('one')).toHaveText('carla’s fresh');
    const all = (await commits()).slice(before);
    const since = all.findIndex((what) => what.startsWith('nothing'));
    assert.ok(since >= 0 && all.slice(since).every((what) => !what.includes('amelia')), all.join());
    assert.ok(
      all.every((what) => !what.includes('user_changed')),
      all.join(),
    );
    assert.deepEqual(problems, []);
  });
});

test('with suspense a component waits for what it shows, and an error is its boundary’s until another one tries', async () => {
  const { hold, open } = gate();
  pages.answers.awaited = { value: 'there', hold };
  pages.answers.broken = { status: 500 };
  const suspense = { suspense: true };
  await pages.inBrowser(async (context) => {
    const awaited = { id: 'one', name: 'awaited', options: suspense };
    const broken = { id: 'two', name: 'broken', options: suspense };
    const shown = [awaited, broken];
    const { page, html, problems, wish, commits } = await pages.open(context, { shown });
    assert.match(html, /<span data-testid="one">waiting<\/span>/);
    await expect(page.getByTestId('one')).toHaveText('waiting');
    await expect(page.getByTestId('two')).toHaveText('thrown fetch_failed');
    open();
    await expect(page.getByTestId('one')).toHaveText('there fresh');
    assert.deepEqual(await commits(), ['there fresh']);
    assert.equal(timesAsked('awaited'), 1);
    pages.answers.broken = { value: 'mended' };
    // For a while a boundary that is mounted anew is thrown the same error.
    let attempt = 0;
    await expect(async () => {
      attempt += 1;
      await wish({ shown: [awaited, { ...broken, attempt }] });
      await expect(page.getByTestId('two')).toHaveText('mended fresh', { timeout: 200 });
    }).toPass({ timeout: 20_000 });
    // React tells of what the server has left to the browser, and of what a boundary has caught.
    const others = problems.filter((text) => !/fetch_failed|could not be fetched|Boundary/.test(text));
    assert.deepEqual(others, []);
  });
});

test('another key is another value, `null` is none, and what a component returns to is there at once', async () => {
  pages.answers.may = { value: 'may' };
  pages.answers.june = { value: 'june' };
  await pages.inBrowser(async (context) => {
    const { page, problems, wish, commits } = await pages.open(context, {
      shown: [{ id: 'one', name: null }],
    });
    const one = page.getByTestId('one');
    const show = (/** @type {string | null} */ name) => wish({ shown: [{ id: 'one', name }] });
    await expect.poll(() => page.evaluate(() => !!window.dashboard)).toBe(true);
    await expect(one).toHaveText('nothing missing');
    await show('may');
    await expect(one).toHaveText('may fresh');
    await show('june');
    await expect(one).toHaveText('june fresh');
    const { length: before } = await commits();
    await show('may');
    await expect(one).toHaveText('may fresh');
    await show(null);
    await expect(one).toHaveText('nothing missing');
    await settled(page);
    assert.deepEqual((await commits()).slice(before), ['may fresh', 'nothing missing']);
    assert.deepEqual([timesAsked('may'), timesAsked('june')], [1, 1]);
    assert.deepEqual(problems, []);
  });
});

test('a fetch that nobody shows any more is aborted, and one that another component shows is not', async () => {
  const [alone, shared] = [gate(), gate()];
  pages.answers.alone = { value: 'alone', hold: alone.hold };
  pages.answers.shared = { value: 'shared', hold: shared.hold };
  await pages.inBrowser(async (context) => {
    const { page, problems, wish } = await pages.open(context, {
      shown: [
        { id: 'one', name: 'alone' },
        { id: 'two', name: 'shared' },
        { id: 'three', name: 'shared' },
      ],
    });
    await expect.poll(() => [timesAsked('alone'), timesAsked('shared')]).toEqual([1, 1]);
    await wish({ shown: [{ id: 'three', name: 'shared' }] });
    await expect.poll(() => pages.left).toContain('alone');
    shared.open();
    await expect(page.getByTestId('three')).toHaveText('shared fresh');
    assert.ok(!pages.left.includes('shared'));
    // Shown again, it is fetched anew.
    pages.answers.alone = { value: 'again' };
    await wish({ shown: [{ id: 'one', name: 'alone' }] });
    await expect(page.getByTestId('one')).toHaveText('again fresh');
    alone.open();
    assert.deepEqual(problems, []);
  });
});

test('without a network a refresh leaves the data as degraded, with its error, until the network is back', async () => {
  pages.answers.offline = { value: 'before' };
  await pages.inBrowser(async (context) => {
    const { page, problems, commits } = await pages.open(context, {
      shown: [{ id: 'one', name: 'offline', options: { throttle: 0 } }],
    });
    const one = page.getByTestId('one');
    await expect(one).toHaveText('before fresh');
    await context.setOffline(true);
    const { length: before } = await commits();
    await page.evaluate(() => window.views.one.refresh());
    await expect(one).toHaveText('before degraded fetch_failed');
    await settled(page);
    assert.deepEqual((await commits()).slice(before), [
      'before fresh fetching',
      'before degraded fetch_failed',
    ]);
    pages.answers.offline = { value: 'after' };
    await context.setOffline(false);
    await expect(one).toHaveText('after fresh');
    assert.deepEqual(problems, []);
  });
});

test('a refresh of what is fresh is tried again by itself if it fails', async () => {
  pages.answers.failing = { value: 'before' };
  await pages.inBrowser(async (context) => {
    const { page } = await pages.open(context, { shown: [{ id: 'one', name: 'failing' }] });
    const one = page.getByTestId('one');
    await expect(one).toHaveText('before fresh');
    pages.answers.failing = { status: 500 };
    await page.evaluate(() => window.views.one.refresh());
    await expect(one).toHaveText('before degraded fetch_failed');
    pages.answers.failing = { value: 'after' };
    await expect(one).toHaveText('after fresh', { timeout: 15_000 });
  });
});

test('what has grown old and could not be fetched is fetched within seconds once the server answers', async () => {
  pages.answers.mended = { value: 'old' };
  await pages.inBrowser(async (context) => {
    const { page, commits } = await pages.open(context, {
      shown: [{ id: 'one', name: 'mended', options: { ttl: 1_000 } }],
    });
    await expect(page.getByTestId('one')).toHaveText('old fresh');
    pages.answers.mended = { status: 503 };
    await expect(page.getByTestId('one')).toHaveText('old degraded fetch_failed');
    const asked = timesAsked('mended');
    pages.answers.mended = { value: 'new' };
    await expect(page.getByTestId('one')).toHaveText('new fresh');
    assert.equal(timesAsked('mended'), asked + 1);
    // Nothing is shown as being fetched that is not: once as it fails, once as it is tried again.
    const tried = (await commits()).filter((text) => text === 'old degraded fetching fetch_failed');
    assert.ok(tried.length <= 2, `${tried.length}`);
  });
});

test('a component that is not enabled fetches nothing, and shows what another one has fetched', async () => {
  pages.answers.rare = { value: 'rare' };
  await pages.inBrowser(async (context) => {
    const idle = { id: 'one', name: 'rare', options: { enabled: false } };
    const { page, problems, wish } = await pages.open(context, { shown: [idle] });
    await expect.poll(() => page.evaluate(() => !!window.dashboard)).toBe(true);
    await settled(page);
    assert.equal(timesAsked('rare'), 0);
    // In whichever order they are mounted.
    await wish({
      shown: [idle, { id: 'two', name: 'rare', options: { suspense: true } }, { ...idle, id: 'three' }],
    });
    for (const id of ['one', 'two', 'three']) await expect(page.getByTestId(id)).toHaveText('rare fresh');
    assert.equal(timesAsked('rare'), 1);
    assert.deepEqual(problems, []);
  });
});

test('scenario 19: a render without a change gives the same view', async () => {
  pages.answers.ages = { value: 'ages' };
  await pages.inBrowser(async (context) => {
    const shown = [{ id: 'one', name: 'ages', options: { eager: 1, enabled: true } }];
    const { page, problems, wish } = await pages.open(context, { shown });
    await expect(page.getByTestId('one')).toHaveText('ages fresh');
    await page.evaluate(() => {
      window.former = window.views.one;
    });
    // Time alone changes nothing of it: there is no event to wait for.
    await page.waitForTimeout(50);
    await wish({ shown });
    await wish({ shown });
    await settled(page);
    assert.ok(await page.evaluate(() => window.former === window.views.one));
    assert.deepEqual(problems, []);
  });
});

test('a key that cannot be is an error of the hook, and nothing is thrown into the page', async () => {
  await pages.inBrowser(async (context) => {
    const { page, problems } = await pages.open(context, { shown: [{ id: 'one', name: '' }] });
    await expect(page.getByTestId('one')).toHaveText('nothing missing invalid_option');
    assert.ok(problems.some((text) => text.includes('`resource`')));
  });
});
