import type { BrowserContext } from '@playwright/test';
import { type DashboardUnderTest, expect, test } from '@wedsync/dashboard/testing';
import { amelia, ben, password } from './support/people.js';
import { readSession, sessionCookies, writeSession } from './support/session.js';

test('the session is in cookies that stay on this site, and not where scripts of old pages find it', async ({
  signedInPage,
}) => {
  const page = await signedInPage(amelia, password);
  const cookies = await sessionCookies(page.context());
  expect(cookies.length).toBeGreaterThan(0);
  for (const { sameSite, path } of cookies) expect([sameSite, path]).toEqual(['Lax', '/']);
  const { access_token: token } = await readSession(page.context());
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  expect(stored).not.toContain(token);
  expect(stored).not.toContain('refresh_token');
});

test('the server knows who is signed in', async ({ page, signedInPage }) => {
  await page.goto('/');
  await expect(page).toHaveURL(/\/sign-in$/);
  const hers = await signedInPage(amelia, password);
  const answer = await hers.request.get('/', { maxRedirects: 0 });
  expect([answer.status(), answer.headers().location]).toEqual([307, '/dashboard']);
});

test('a reload keeps the session, signing out ends it, and somebody else begins their own', async ({
  signedInPage,
}) => {
  const page = await signedInPage(amelia, password);
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.reload();
  await expect(page.getByTestId('connection-status')).toContainText('Connected');
  await expect(page.getByText('Signed in as Amelia Rose')).toBeVisible();

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in\b/);
  expect(await sessionCookies(page.context())).toEqual([]);
  await page.getByLabel('Email', { exact: true }).fill(ben);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByText('Signed in as Ben Carter')).toBeVisible();
  await expect(page.getByTestId('connection-status')).toContainText('Connected');
  expect(problems).toEqual([]);
});

test('the server leaves a session that has run out alone, and answers without the auth server', async ({
  dashboard,
  signedInPage,
}) => {
  const page = await signedInPage(amelia, password);
  await expect(page.getByTestId('dashboard-loaded')).toBeVisible();
  await expect(page.getByTestId('connection-status')).toContainText('Connected');
  // With the page's first questions the cache's handler asks for the auth server's keys, which it keeps.
  const asked = async () => (await dashboard.backend.stats()).totals.requests.auth;
  await expect
    .poll(async () => {
      const before = await asked();
      await page.waitForTimeout(500);
      return (await asked()) - before;
    })
    .toBe(0);
  const before = await expire(page.context(), dashboard);
  await dashboard.backend.resetStats();
  for (const path of ['/', '/dashboard']) {
    const answer = await page.request.get(path, { maxRedirects: 0 });
    expect(answer.headers()['cache-control']).toContain('no-store');
    expect(answer.headers()['set-cookie']).toBeUndefined();
  }
  expect(await readSession(page.context())).toEqual(before);
  expect(await asked()).toBe(0);
  await page.goto('/dashboard');
  await expect(page.getByTestId('connection-status')).toContainText('Connected');
  expect((await readSession(page.context())).refresh_token).not.toBe(before.refresh_token);
});

test('a session that was ended is taken from the cookies by the browser', async ({
  dashboard,
  signedInPage,
}) => {
  const page = await signedInPage(amelia, password);
  await expire(page.context(), dashboard);
  await dashboard.backend.sql('delete from auth.sessions');
  await page.goto('/dashboard');
  await expect(page).toHaveURL(/\/sign-in\b/);
  expect(await sessionCookies(page.context())).toEqual([]);
});

test('cookies that hold no session are those of nobody', async ({ dashboard, page, signedInPage }) => {
  const hers = await signedInPage(amelia, password);
  const [cookie] = await sessionCookies(hers.context());
  const name = cookie?.name.replace(/\.\d+$/, '') ?? '';
  const encoded = (text: string) => `base64-${Buffer.from(text).toString('base64url')}`;
  for (const value of [
    'x',
    'base64-',
    'base64-%',
    encoded('null'),
    encoded('{'),
    encoded('[]'),
    encoded('7'),
  ]) {
    await page.context().addCookies([{ name, value, url: dashboard.appUrl }]);
    const answer = await page.request.get('/', { maxRedirects: 0 });
    expect([answer.status(), answer.headers().location], value).toEqual([307, '/sign-in']);
  }
});

/** Makes the access token look as if its hour were over; answers the session as it is then. */
async function expire(context: BrowserContext, { appUrl }: DashboardUnderTest) {
  const session = { ...(await readSession(context)), expires_at: 1 };
  // Away from the application, or its page would refresh the session by itself.
  for (const page of context.pages()) await page.goto('about:blank');
  await writeSession(context, appUrl, session);
  return session;
}
