// `cachePersister` under TanStack Query's own `PersistQueryClientProvider`.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expect as expected } from '@playwright/test';
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

/** Opens the page with the queries, and says what it shows at last. */
async function open(
  /** @type {import('@playwright/test').BrowserContext} */ context,
  /** @type {string} */ shows,
  { user = 'amelia', buster = '' } = {},
) {
  const page = await context.newPage();
  await page.goto(`${pages.origin}persisted.html?${new URLSearchParams({ token: tokenOf(user), buster })}`);
  await expect(page.getByTestId('guests')).toHaveText(shows);
  return page;
}

/** What is kept for the user of a page. */
const kept = (/** @type {import('@playwright/test').Page} */ page) =>
  page.evaluate(async () => {
    const found = await window.dashboard.cache.get({
      namespace: 'tanstack-query',
      supplierId: 's1',
      resource: 'queries',
    });
    return JSON.stringify(found?.data ?? null);
  });

test('queries are there again in the next page of the same user, and of nobody else', async () => {
  pages.answers.guests = { value: 'Ann and Ben' };
  await pages.inBrowser(async (context) => {
    const first = await open(context, 'success Ann and Ben');
    await expect.poll(() => kept(first)).toContain('Ann and Ben');
    await settled(first);
    await first.close();

    pages.answers.guests = { status: 500 };
    const asked = pages.asked.length;
    const second = await open(context, 'success Ann and Ben');
    assert.equal(pages.asked.length, asked, 'nobody is asked');
    await second.close();

    pages.answers.guests = { value: 'Cleo' };
    const stranger = await open(context, 'success Cleo', { user: 'carla' });
    await stranger.close();

    // Another version of the application: what is kept is removed.
    pages.answers.guests = { value: 'Dora' };
    const other = await open(context, 'success Dora', { buster: '2' });
    await expect.poll(() => kept(other)).toContain('Dora');
    assert.doesNotMatch(await kept(other), /Ann/);

    // Everything of the supplier's is invalid.
    await other.evaluate(() => window.dashboard.cache.invalidateSupplier('s1'));
    await other.close();
    pages.answers.guests = { value: 'Edda' };
    await open(context, 'success Edda', { buster: '2' });
  });
});

test('queries of a user who has left are not kept as the next one’s', async () => {
  pages.answers.guests = { value: 'Ann and Ben' };
  await pages.inBrowser(async (context) => {
    const page = await open(context, 'success Ann and Ben');
    await expect.poll(() => kept(page)).toContain('Ann and Ben');
    await page.evaluate((token) => window.setToken(token), tokenOf('carla'));
    await expect.poll(() => kept(page)).toBe('null');
    await page.evaluate(() => window.client.setQueryData(['guests'], 'Ann and Ben and Cleo'));
    // The persister was given them, and is done with them.
    await page.waitForFunction(() =>
      window.persisted.some((/** @type {string} */ text) => text.includes('Cleo')),
    );
    assert.equal(await kept(page), 'null');
    await page.evaluate((token) => window.setToken(token), tokenOf('amelia'));
    await expect.poll(() => kept(page)).toContain('Ann and Ben');
  });
});
