import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { type DashboardUnderTest, expect, test } from '@wedsync/dashboard/testing';
import { clientNames } from './support/clients.js';
import { expire, offline, ready } from './support/offline.js';
import { openPage, withPackage } from './support/package.js';
import { amelia, carla, password } from './support/people.js';
import { sessionCookies } from './support/session.js';
import { tracesOf } from './support/traces.js';

/** What must not be found of Amelia's afterwards. */
async function namesOf(dashboard: DashboardUnderTest): Promise<string[]> {
  return [...(await clientNames(dashboard)), amelia, 'Rosewood'];
}

test('signing out leaves nothing of a client’s, in any tab', async ({ dashboard, signedInPage }) => {
  const page = await signedInPage(amelia, password);
  await ready(page);
  const other = await page.context().newPage();
  await other.goto('/health');
  await expect(other.getByRole('heading', { name: 'How everything stands' })).toBeVisible();
  const names = await namesOf(dashboard);
  expect(await tracesOf(page, names)).not.toEqual([]);
  const ended = page.waitForRequest('**/auth/v1/logout?scope=local');
  await signOut(page);
  for (const each of [page, other]) await expect(each).toHaveURL(/\/sign-in\b/);
  expect(await tracesOf(page, names)).toEqual([]);
  await expect.poll(() => tracesOf(other, names)).toEqual([]);
  expect((await (await ended).response())?.status()).toBe(204);
});

test('a presumed user signs out without a network, in all tabs, and nothing is left', async ({
  dashboard,
  signedInPage,
}) => {
  const page = await signedInPage(amelia, password);
  await ready(page);
  const names = await namesOf(dashboard);
  await expire(page.context(), page, dashboard.appUrl);
  await offline(page.context(), dashboard.appUrl, dashboard.supabaseUrl);
  await page.goto('/dashboard');
  const other = await page.context().newPage();
  await other.goto('/dashboard');
  for (const each of [page, other])
    await expect(each.getByTestId('offline-notice')).toContainText('Last verified');
  expect(await tracesOf(page, names)).not.toEqual([]);
  const since = Date.now();
  await signOut(page);
  for (const each of [page, other]) await expect(each).toHaveURL(/\/sign-in\b/);
  expect(Date.now() - since).toBeLessThan(5_000);
  await expect(page.getByText('Nobody is signed in on this device')).toBeVisible();
  expect(await tracesOf(page, names)).toEqual([]);
  await expect.poll(() => tracesOf(other, names)).toEqual([]);
  expect(await sessionCookies(page.context())).toEqual([]);
  await page.goto('/dashboard');
  await expect(page).toHaveURL(/\/sign-in\b/);
});

test('somebody else signs in at once, the answers to the first under way: nothing of theirs is shown or kept', async ({
  dashboard,
  signedInPage,
}) => {
  const page = await signedInPage(amelia, password);
  await ready(page);
  const hers = await clientNames(dashboard, 'Lumen & Lace');
  const foreign = (await clientNames(dashboard)).filter((name) => !hers.includes(name));
  const fault = await dashboard.backend.addFault({
    on: 'request',
    service: 'rest',
    action: 'delay',
    delayMs: 8_000,
  });
  const asked = page.waitForRequest('**/rest/v1/clients?**');
  await page.reload();
  await expect(page.getByTestId('dashboard-loaded')).toBeVisible();
  const answer = (await asked).response().catch(() => null);
  await signOut(page);
  await page.getByLabel('Email', { exact: true }).waitFor();
  const seen = watch(page, foreign);
  await page.getByLabel('Email', { exact: true }).fill(carla);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  // What is asked from now on is answered at once.
  await dashboard.backend.removeFaults(fault);
  await ready(page);
  await answer;
  expect(await seen()).toEqual([]);
  expect(await tracesOf(page, [...foreign, amelia, 'Rosewood'])).toEqual([]);
  expect(await tracesOf(page, hers)).not.toEqual([]);
});

test('changes that have not been sent are not lost without a question', async ({
  browser,
  dashboard,
  signedInPage,
}, testInfo) => {
  const page = await openPage(browser, dashboard, await signedInPage(amelia, password));
  await ready(page);
  const names = await namesOf(dashboard);
  await writeUnsent(page, dashboard);

  await page.getByRole('button', { name: 'Sign out' }).click();
  const question = page.getByRole('alertdialog');
  await expect(question).toContainText('One change is kept on this device only');
  const stay = question.getByRole('button', { name: 'Stay signed in' });
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    const [inner, outer] = [await stay.boundingBox(), await question.boundingBox()];
    expect(inner?.x ?? 0, `within the dialog, ${width} px`).toBeGreaterThan(outer?.x ?? Infinity);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    await page.screenshot({ path: testInfo.outputPath(`question-${width}.png`) });
  }
  await stay.click();
  await expect(question).toHaveCount(0);
  expect(await tracesOf(page, names)).not.toEqual([]);

  await page.getByRole('button', { name: 'Sign out' }).click();
  await question.getByRole('button', { name: 'Sign out and lose it' }).click();
  await expect(page).toHaveURL(/\/sign-in\b/);
  expect(await tracesOf(page, [...names, 'unsent change'])).toEqual([]);
  await page.context().close();
});

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign out' }).click();
}

/** Collects what a page shows of these words from now on. */
function watch(page: Page, words: string[]): () => Promise<string[]> {
  const found = new Set<string>();
  let over = false;
  const watching = (async () => {
    while (!over) {
      const text = await page.evaluate(() => document.body?.innerText ?? '').catch(() => '');
      for (const word of words) if (text.includes(word)) found.add(word);
      await page.waitForTimeout(20);
    }
  })();
  return async () => {
    over = true;
    await watching;
    return [...found];
  };
}

/** Writes a change as another instance of the package would that has no network: the dashboard itself writes none yet. */
function writeUnsent(page: Page, dashboard: DashboardUnderTest): Promise<unknown> {
  return withPackage(
    page,
    dashboard,
    `const { recordsOf } = await load('internal.js');
     await recordsOf(dashboard, 'outbox').write([['id-1', { note: 'unsent change' }]]);`,
  );
}
