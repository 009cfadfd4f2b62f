import type { Page } from '@playwright/test';
import { type DashboardUnderTest, expect, test } from '@wedsync/dashboard/testing';
import { feed } from './support/live.js';
import { keptText } from './support/offline.js';
import { amelia, carla, password } from './support/people.js';
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
  await using _ = await quietSupplier(dashboard);
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
  await page.getByLabel('Email', { exact: true }).fill(carla);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await isShown(page);
  const names = ['activity', 'pipeline', 'quick-actions'];
  await expect.poll(() => [...shared].sort()).toEqual(names);
  for (const name of ['workplace', ...names]) await expect.poll(() => keptText(page)).toContain(name);
  asked = 1;
  await page.reload();
  await isShown(page);
});

/**
 * A supplier of Carla's of whose tables nothing has changed since anybody looked: what a new device sets first is given up where a
 * change may be newer, for a minute, and the tests of one worker share a database and the counters of a remote tier.
 */
async function quietSupplier({ backend }: DashboardUnderTest): Promise<AsyncDisposable> {
  const [made] = await backend.sql<{ id: string }>(
    // Of several suppliers the first by its name is shown.
    `insert into public.suppliers (name, kind) values ('A quiet studio', 'photography') returning id`,
  );
  const id = made?.id;
  await backend.sql(
    `insert into public.supplier_members (supplier_id, user_id, display_name)
     select '${id}', id, 'Carla' from auth.users where email = '${carla}'`,
  );
  await backend.sql(
    `insert into public.clients (supplier_id, name, venue, status, wedding_date)
     select '${id}', name || ' Quiet', 'The Old Mill', 'booked', current_date + 30
     from unnest(array['Quincy', 'Rita']) as name`,
  );
  return {
    async [Symbol.asyncDispose]() {
      await backend.sql(`delete from public.suppliers where id = '${id}'`);
    },
  };
}

async function isShown(page: Page): Promise<void> {
  await expect(page.getByTestId('dashboard-loaded')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Quincy Quiet' })).toBeVisible();
  await expect(feed(page)).toContainText('Quincy Quiet');
  await expect(page.getByText('Book at The Old Mill')).toBeVisible();
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
