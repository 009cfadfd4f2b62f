// Several tabs of a user in a real browser: one connection for all, and each as if it were alone.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { expect } from '@playwright/test';
import { allHear, roles, say, startLiveTabs } from './live-tabs.mjs';

/* What runs in the page. */
/** @type {any} */
const window = undefined;

/** @typedef {import('@playwright/test').Page} Page */

/** @type {Awaited<ReturnType<typeof startLiveTabs>>} */
let tabs;
before(async () => {
  tabs = await startLiveTabs();
});
after(() => tabs.stop());
afterEach(() => tabs.endContext());

test('ten tabs have one socket, and each hears what the others say', async () => {
  const pages = await tabs.openTabs(10);
  assert.equal(await tabs.connections(), 1);
  assert.deepEqual(await roles(pages), ['leading', ...Array(9).fill('following')]);
  await expect
    .poll(() => pages[9]?.evaluate(() => window.manager.getTabs().tabs), 'how many there are')
    .toBe(10);
  for (const from of [0, 5]) {
    const [speaker] = pages.slice(from, from + 1);
    assert.ok(speaker);
    await say(speaker, `from ${from}`);
    await allHear(
      pages.filter((page) => page !== speaker),
      `from ${from}`,
    );
    await allHear([speaker], `from ${from}`, 0);
  }
});

test('a broadcast of bytes, and one that comes back to whoever asked for that, are the same in every tab', async () => {
  const pages = await tabs.openTabs(2, { self: true });
  const [leader, follower] = pages;
  assert.ok(leader && follower);
  await say(follower, 'to all, with me');
  await allHear(pages, 'to all, with me');
  for (const page of pages) {
    await page.evaluate(() =>
      window.manager.subscribe('raw', {
        channel: 'raw',
        onData: (/** @type {any} */ { payload }) => window.heard.push(...new Uint8Array(payload)),
      }),
    );
  }
  await follower.evaluate(() => window.manager.send('raw', 'bytes', new Uint8Array([7, 200])));
  await expect.poll(() => leader.evaluate(() => window.heard.slice(-2))).toEqual([7, 200]);
});

test('each tab tells how the one is that holds the connection', async () => {
  const pages = await tabs.openTabs(2);
  const [leader, follower] = pages;
  assert.ok(leader && follower);
  const tellOf = (/** @type {Page} */ page) => page.evaluate(() => window.manager.getTabs());
  await expect.poll(async () => (await tellOf(follower)).heartbeats).toBe('worker');
  // The leader says with each heartbeat how many there are.
  await expect.poll(async () => (await tellOf(follower)).tabs).toBe(2);
  const { leaderHeardMs, roundTripMs, ...told } = await tellOf(follower);
  assert.deepEqual(told, { role: 'following', tabs: 2, leader: 'heard', heartbeats: 'worker' });
  assert.ok(leaderHeardMs >= 0 && leaderHeardMs < 1_500, `${leaderHeardMs} ms ago`);
  assert.equal(roundTripMs === null || roundTripMs >= 0, true);
  assert.deepEqual(
    { ...(await tellOf(leader)), roundTripMs: null },
    { role: 'leading', tabs: 2, leader: null, leaderHeardMs: null, heartbeats: 'worker', roundTripMs: null },
  );
  await follower.evaluate(() => {
    window.silences = [];
    window.manager.on('tabs', (/** @type {any} */ { role, leader }) => window.silences.push([role, leader]));
  });
  const hanging = leader.evaluate(() => {
    for (const end = Date.now() + 5_000; Date.now() < end; );
  });
  await expect
    .poll(() => follower.evaluate(() => window.silences.slice(0, 2)), { timeout: 6_000 })
    .toEqual([
      ['following', 'silent'],
      ['leading', null],
    ]);
  await hanging;
  // A visible page whose server is silent asks it every five seconds.
  await expect
    .poll(async () => (await tellOf(follower)).roundTripMs, { timeout: 10_000 })
    .toBeGreaterThanOrEqual(0);
});

test('tabs of two users share nothing, and one that becomes the other user goes over', async () => {
  await tabs.newContext();
  const token = await tabs.signIn('amelia@rosewood.example');
  const amelia = await tabs.openTab({ token });
  const carla = await tabs.openTab({ token: await tabs.signIn('carla@lumen.example') });
  assert.deepEqual(await roles([amelia, carla]), ['leading', 'leading']);
  assert.equal(await tabs.connections(), 2);
  await carla.evaluate((token) => window.manager.setAuth(token), token);
  await expect.poll(() => roles([amelia, carla])).toEqual(['leading', 'following']);
  await expect.poll(tabs.connections).toBe(1);
  await say(amelia, 'among us');
  await allHear([carla], 'among us');
});

test('the presence of several tabs is that of the one who spoke last, and a follower sees who is there', async () => {
  const pages = await tabs.openTabs(2);
  const moods = (/** @type {Page} */ page) =>
    page.evaluate(() =>
      Object.values(window.manager.presenceState('who'))
        .flat()
        .map((/** @type {any} */ { mood }) => mood),
    );
  for (const page of pages) {
    await page.evaluate(() =>
      window.manager.subscribe('who', { channel: 'who', presence: { key: 'us' }, onData: () => {} }),
    );
  }
  for (const [number, page] of pages.entries()) {
    await page.evaluate((mood) => window.manager.track('who', { mood }), number);
    for (const watching of pages) await expect.poll(() => moods(watching)).toEqual([number]);
  }
  await pages[1]?.evaluate(() => window.manager.untrack('who'));
  for (const watching of pages) await expect.poll(() => moods(watching)).toEqual([0]);
});

test('two tabs that want one topic with other options: the second is refused, and the first goes on', async () => {
  const pages = await tabs.openTabs(1);
  const other = await tabs.openTab({ channel: 'another' });
  const code = await other.evaluate(async () => {
    try {
      await window.manager.subscribe('mine', { channel: 'lobby', self: true, onData: () => {} });
    } catch (error) {
      return /** @type {any} */ (error).code;
    }
  });
  assert.equal(code, 'topic_conflict');
  assert.equal(await other.evaluate(() => window.manager.getSubscriptions().length), 1);
  assert.deepEqual(await roles([...pages, other]), ['leading', 'following']);
});
