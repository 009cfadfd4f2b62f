// What becomes of the tabs of a user when the one that holds the connection is closed, crashes, freezes or is put away.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { expect } from '@playwright/test';
import { allHear, roleOf, roles, say, startLiveTabs, toldAfter } from './live-tabs.mjs';
import { rendererOf } from './tabs.mjs';

/* What runs in the page. */
/** @type {any} */
const window = undefined;

/** @type {Awaited<ReturnType<typeof startLiveTabs>>} */
let tabs;
before(async () => {
  tabs = await startLiveTabs();
});
after(() => tabs.stop());
afterEach(() => tabs.endContext());

test('a closed leader is followed within 200 ms, and all is live within a second', async () => {
  const pages = await tabs.openTabs(3);
  const [leader, ...others] = pages;
  assert.ok(leader && others[0]);
  await others[0].bringToFront();
  const since = Date.now();
  await leader.close();
  const took = await toldAfter(others[0], 'leading', since);
  assert.ok(took < 200, `${took} ms`);
  for (const page of others) {
    const took = await toldAfter(page, 'live', since);
    assert.ok(took < 1_000, `${took} ms`);
    assert.ok((await toldAfter(page, 'lost', since)) >= 0, 'it is told what may have been missed');
  }
  await expect.poll(tabs.connections).toBe(1);
  const [first, second] = others;
  assert.ok(first && second);
  await say(second, 'after it');
  await allHear([first], 'after it');
});

test('a leader whose renderer crashes is followed as fast', async () => {
  const pages = await tabs.openTabs(2);
  const [leader, other] = pages;
  assert.ok(leader && other);
  await other.bringToFront();
  const crashed = new Promise((resolve) => leader.once('crash', resolve));
  const cdp = await tabs.context().newCDPSession(leader);
  const since = Date.now();
  cdp.send('Page.crash').catch(() => {});
  await crashed;
  assert.ok((await toldAfter(other, 'leading', since)) < 500);
  assert.ok((await toldAfter(other, 'live', since)) < 1_500);
});

test('a leader that hangs is followed after three seconds, and acts no more when it goes on', async () => {
  const pages = await tabs.openTabs(2);
  const [leader, other] = pages;
  assert.ok(leader && other);
  const since = Date.now();
  const hanging = leader.evaluate(() => {
    for (const end = Date.now() + 7_000; Date.now() < end; );
  });
  const took = await toldAfter(other, 'leading', since);
  assert.ok(took > 2_000 && took < 4_500, `${took} ms`);
  await toldAfter(other, 'live', since);
  await hanging;
  await toldAfter(leader, 'following', since);
  await toldAfter(leader, 'live', since);
  assert.deepEqual(await roles(pages), ['following', 'leading']);
  await expect.poll(tabs.connections).toBe(1);
  await say(leader, 'back');
  await allHear([other], 'back');
});

test('a leader whose process is stopped is followed after its heartbeat and a second; what others send and get is not lost', async () => {
  const pages = await tabs.openTabs(3);
  const [leader, other, third] = pages;
  assert.ok(leader && other && third);
  await other.bringToFront();
  const process_ = await rendererOf(tabs.browser, leader);
  assert.notEqual(process_, await rendererOf(tabs.browser, other), 'each tab has a process of its own');
  const since = Date.now();
  process.kill(process_, 'SIGSTOP');
  let sent;
  let continued = 0;
  try {
    // Nobody knows yet: what is subscribed and sent now waits for whoever leads.
    sent = other.evaluate(async () => {
      await window.manager.subscribe('desk', {
        channel: 'desk',
        onData: (/** @type {any} */ { payload }) => window.heard.push(payload.text),
      });
      const at = Date.now();
      await window.manager.send('desk', 'said', { text: 'from the desk' });
      return at;
    });
    // Whichever of the two listens a little less long.
    const took = await Promise.any([other, third].map((page) => toldAfter(page, 'leading', since)));
    assert.ok(
      took > 2_000 && took < 4_500,
      `${took} ms: three seconds of silence, of which a heartbeat is one`,
    );
    assert.ok((await sent) - since < took + 1_000, 'a sibling’s join is sent within a second of that');
    for (const page of [other, third]) await toldAfter(page, 'live', since);
    assert.ok((await toldAfter(third, 'lost', since)) >= 0, 'it is told what may have been missed');
    await say(third, 'while it sleeps');
    await allHear([other], 'while it sleeps');
  } finally {
    continued = Date.now();
    process.kill(process_, 'SIGCONT');
  }
  await expect
    .poll(async () => (await roles(pages)).sort(), { timeout: 10_000 })
    .toEqual(['following', 'following', 'leading']);
  assert.equal(await roleOf(leader), 'following');
  await expect.poll(tabs.connections).toBe(1);
  await toldAfter(leader, 'live', continued);
  await say(leader, 'back');
  await allHear([other, third], 'back');
  await say(third, 'to all');
  await allHear([leader, other], 'to all');
});

test('a leader that navigates away is followed as fast as a closed one', async () => {
  const pages = await tabs.openTabs(3);
  const [leader, other, third] = pages;
  assert.ok(leader && other && third);
  await other.bringToFront();
  const since = Date.now();
  await leader.goto(`${tabs.siteUrl}/elsewhere`, { waitUntil: 'commit' });
  // Until the other page is there the one before it has not been left.
  const left = Date.now();
  const took = (await toldAfter(other, 'leading', since)) - (left - since);
  assert.ok(took < 200, `${took} ms`);
  for (const page of [other, third]) {
    const took = (await toldAfter(page, 'live', since)) - (left - since);
    assert.ok(took < 1_000, `${took} ms`);
  }
  await expect.poll(tabs.connections).toBe(1);
  await say(third, 'after it');
  await allHear([other], 'after it');
});

test('a leader and a follower that are put away enter the back/forward cache: nothing of theirs keeps them out', async () => {
  const pages = await tabs.openTabs(2);
  for (const page of pages) {
    await page.bringToFront();
    await page.goto(`${tabs.siteUrl}/elsewhere`);
    await page.goBack({ waitUntil: 'commit' });
    const told = await page.evaluate(() => ({
      isSame: window.manager !== undefined,
      reasons: /** @type {any[]} */ (performance.getEntries()).find(
        ({ entryType }) => entryType === 'navigation',
      ).notRestoredReasons,
    }));
    assert.deepEqual(told, { isSame: true, reasons: null });
  }
  await expect.poll(async () => (await roles(pages)).sort()).toEqual(['following', 'leading']);
});

test('a leader that is put away gives the lead away, and is back from the cache', async () => {
  const pages = await tabs.openTabs(2);
  const [leader, other] = pages;
  assert.ok(leader && other);
  await leader.bringToFront();
  const since = Date.now();
  await leader.goto(`${tabs.siteUrl}/elsewhere`);
  await toldAfter(other, 'leading', since);
  await leader.goBack({ waitUntil: 'commit' });
  const told = await leader.evaluate(() => window.told?.length ?? 'loaded anew');
  assert.notEqual(told, 'loaded anew', 'it came out of the back/forward cache');
  await expect.poll(() => roles(pages)).toEqual(['following', 'leading']);
  await expect.poll(tabs.connections).toBe(1);
});
