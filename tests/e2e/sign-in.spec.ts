import type { Page } from '@playwright/test';
import { expect, test } from '@wedsync/dashboard/testing';
import { feed } from './support/live.js';
import { keptText } from './support/offline.js';
import { amelia, password } from './support/people.js';
import { readSession, writeSession } from './support/session.js';

test('a wrong password: a sentence, the same page, and another try', async ({ page }) => {
  await page.goto('/sign-in');
  await page.getByLabel('Email', { exact: true }).fill(amelia);
  await page.getByLabel('Password', { exact: true }).fill('wedding-demo-2');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toContainText(
    'That email and password do not match. Check both and try again.',
  );
  expect(new URL(page.url()).pathname).toBe('/sign-in');
  expect(page.url()).not.toContain('wedding');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByTestId('dashboard-loaded')).toBeVisible();
});

test('one request brings all that is shown after a sign-in, and every tier has it', async ({
  dashboard,
  page,
}) => {
  // The tests of one worker share a database: what happened last may be another test's.
  const [latest] = await dashboard.backend.sql<{ summary: string }>(
    `select a.summary from public.activity a join public.suppliers s on s.id = a.supplier_id
     where s.name = 'Rosewood Barn' order by a.created_at desc, a.id desc limit 1`,
  );
  const summary = latest?.summary ?? '';
  expect(summary).not.toBe('');
  let asked = 0;
  // What else is asked is never answered.
  await page.route('**/rest/v1/**', (route) => {
    asked += 1;
    return asked === 1 ? route.continue() : undefined;
  });
  // One may be shared twice: again above what others had invalidated, where that is heard only then.
  const shared = new Set<string>();
  page.on('request', (request) => {
    if (!request.url().endsWith('/api/cache/entries')) return;
    const { entries } = request.postDataJSON() as { entries: { key: string }[] };
    for (const { key } of entries) shared.add(String((JSON.parse(key) as string[])[2]));
  });
  await page.goto('/sign-in');
  await page.getByLabel('Email', { exact: true }).fill(amelia);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await isShown(page, summary);
  const names = ['activity', 'pipeline', 'quick-actions'];
  await expect.poll(() => [...shared].sort()).toEqual(names);
  for (const name of ['workplace', ...names]) await expect.poll(() => keptText(page)).toContain(name);
  asked = 1;
  await page.reload();
  await isShown(page, summary);
});

async function isShown(page: Page, summary: string): Promise<void> {
  await expect(page.getByTestId('dashboard-loaded')).toBeVisible();
  await expect(page.getByText('Upcoming weddings')).toBeVisible();
  await expect(feed(page)).toContainText(summary);
  await expect(page.getByText('Book at Rosewood Barn, Long Gallery')).toBeVisible();
}

test('nothing filled in: each field says what it wants', async ({ page }) => {
  await page.goto('/sign-in');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByText('Enter your email address.')).toBeVisible();
  await expect(page.getByText('Enter your password.')).toBeVisible();
});

test('who is not signed in is asked to, and then led to where they wanted', async ({ page }) => {
  await page.goto('/clients/new');
  await expect(page).toHaveURL(/\/sign-in\b/);
  await page.getByLabel('Email', { exact: true }).fill(amelia);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(/\/clients\/new$/);
  await expect(page.getByTestId('client-name')).toBeVisible();
});

test('signing out leads back to the sign-in page and closes the connection', async ({
  dashboard,
  signedInPage,
}) => {
  const page = await signedInPage(amelia, password);
  await expect(page.getByTestId('connection-status')).toContainText('Connected');
  const { connections } = await dashboard.backend.stats();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in\b/);
  await expect.poll(async () => (await dashboard.backend.stats()).connections).toBe(connections - 1);
});

test('a session that has expired for good leads to the sign-in page', async ({ dashboard, signedInPage }) => {
  const page = await signedInPage(amelia, password);
  await expect(page.getByTestId('dashboard-loaded')).toBeVisible();
  await dashboard.backend.sql('delete from auth.sessions');
  // An hour later: the token has run out and wants to be refreshed.
  await writeSession(page.context(), dashboard.appUrl, {
    ...(await readSession(page.context())),
    expires_at: 1,
  });
  await page.reload();
  await expect(page).toHaveURL(/\/sign-in\b/);
});

test.describe('before the page’s scripts run', () => {
  test.use({ javaScriptEnabled: false });

  test('the password cannot leave in an address', async ({ page }) => {
    await page.goto('/sign-in');
    await page.getByLabel('Email').fill(amelia);
    await page.getByLabel('Password').fill(password);
    await page.getByLabel('Password').press('Enter');
    // A navigation, if Enter began one, is over when the next one is.
    await page.goto('/sign-in');
    await page.goBack();
    expect(page.url()).not.toContain(password);
  });
});
