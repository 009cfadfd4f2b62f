import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '@wedsync/dashboard/testing';
import { presentBuild } from './support/builds.js';
import { clientNames } from './support/clients.js';
import { deploy } from './support/deployment.js';
import { expire, offline, ready, signIn } from './support/offline.js';
import { amelia, password } from './support/people.js';
import { tracesOf } from './support/traces.js';

test('without a network the last data open again, at any address, and nothing of a user is in Cache Storage', async ({
  dashboard,
  signedInPage,
}) => {
  const page = await signedInPage(amelia, password);
  await ready(page);
  const before = await page.getByTestId('activity-feed').innerText();
  await offline(page.context(), dashboard.appUrl, dashboard.supabaseUrl);

  await page.goto('/dashboard');
  await expect(page.getByTestId('dashboard-loaded')).toBeVisible();
  await expect(page.getByTestId('offline-notice')).toContainText(/Offline\. What you see is from .*20\d\d/);
  expect(first(await page.getByTestId('activity-feed').innerText())).toBe(first(before));
  const action = page.getByRole('link', { name: 'Book at Rosewood Barn, Long Gallery' });
  await page.goto((await action.getAttribute('href')) ?? '');
  await expect(page.getByLabel('Venue', { exact: true })).toHaveValue('Rosewood Barn, Long Gallery');
  await page.goto('/nowhere');
  await expect(page.getByRole('heading', { name: 'You are offline' })).toBeVisible();

  const names = await clientNames(dashboard);
  expect(await tracesOf(page, names), 'what is kept, and in IndexedDB alone').not.toEqual([]);
  for (const trace of await tracesOf(page, [...names, amelia]))
    expect(trace).toMatch(/^(.*\/cache\/|localStorage: amelia)/);
});

for (const width of [360, 1440]) {
  for (const theme of ['light', 'dark'] as const) {
    test(`offline, ${width} px, ${theme}: a token that has expired, nobody verified, and no barrier`, async ({
      dashboard,
      signedInPage,
    }, testInfo) => {
      const page = await signedInPage(amelia, password);
      await ready(page);
      await expire(page.context(), page, dashboard.appUrl);
      await offline(page.context(), dashboard.appUrl, dashboard.supabaseUrl);
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 900 });
      await page.goto('/dashboard');
      await expect(page.getByTestId('dashboard-loaded')).toBeVisible();
      await expect(page.getByTestId('offline-notice')).toContainText('Last verified');
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, 'pixels to scroll sideways').toBeLessThanOrEqual(0);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      await testInfo.attach(`offline-${width}-${theme}.png`, {
        body: await page.screenshot({ fullPage: true, path: testInfo.outputPath('screen.png') }),
        contentType: 'image/png',
      });
    });
  }
}

test('the servers are down: the last data open with their age, and go on by themselves once they are up', async ({
  dashboard,
  page,
}) => {
  const served = await deploy(presentBuild, dashboard);
  try {
    await signIn(page, served.url);
    await ready(page);
    await served.stop();
    await page.reload();
    await expect(page.getByTestId('dashboard-loaded')).toBeVisible();
    await expect(page.getByTestId('offline-notice')).toContainText(
      /(We could not reach the server|The server is not answering).* What you see is from .*20\d\d/,
    );
    await page.goto(`${served.url}/health`);
    await expect(page.getByRole('heading', { name: 'How everything stands' })).toBeVisible();
    await page.goto(`${served.url}/dashboard`);
    await expect(page.getByTestId('dashboard-loaded')).toBeVisible();
    await served.serve(presentBuild);
    await expect(page.getByTestId('offline-notice')).toHaveCount(0, { timeout: 60_000 });
    await expect(page.getByTestId('connection-status')).toContainText('Connected', { timeout: 60_000 });
  } finally {
    await served.close();
  }
});

test('a server that takes requests and does not answer is none', async ({ dashboard, page }) => {
  const served = await deploy(presentBuild, dashboard);
  try {
    await signIn(page, served.url);
    await ready(page);
    served.freeze();
    await page.goto(`${served.url}/dashboard`, { timeout: 30_000 });
    await expect(page.getByTestId('dashboard-loaded')).toBeVisible();
    // The backend answers: there is nothing to tell.
    await expect(page.getByTestId('connection-status')).toContainText('Connected');
    await expect(page.getByTestId('offline-notice')).toHaveCount(0);
  } finally {
    await served.close();
  }
});

test('the second load shows the dashboard in less than 0.7 of the time of the first', async ({
  browser,
  dashboard,
  signedInPage,
}, testInfo) => {
  const session = await (await signedInPage(amelia, password)).context().cookies();
  const ratios: number[] = [];
  const told: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const context = await browser.newContext({ baseURL: dashboard.appUrl });
    await context.addCookies(session);
    const page = await context.newPage();
    const first = await timeToLoaded(page);
    await ready(page);
    const second = await timeToLoaded(page);
    ratios.push(second / first);
    told.push(`${Math.round(first)} ms, then ${Math.round(second)} ms`);
    await context.close();
  }
  testInfo.annotations.push({ type: 'time until the dashboard', description: told.join('; ') });
  console.log(told.join('; '));
  expect(ratios.sort((one, another) => one - another)[1]).toBeLessThan(0.7);
});

test('calls of the application’s own server pass the service worker by', async ({ signedInPage }) => {
  const page = await signedInPage(amelia, password);
  await ready(page);
  await page.reload();
  await page.route('**/api/health', (route) => route.fulfill({ json: { by: 'the test' } }));
  expect(await page.evaluate(async () => (await fetch('/api/health')).json())).toEqual({ by: 'the test' });
});

test('the shell runs by hashes, without a nonce', async ({ dashboard, request }) => {
  const answer = await request.get(`${dashboard.appUrl}/offline-shell`);
  const policy = answer.headers()['content-security-policy'] ?? '';
  expect(policy).toContain("'sha256-");
  expect(policy).not.toMatch(/nonce-|strict-dynamic|script-src [^;]*unsafe-inline/);
  expect(await answer.text()).not.toContain(' nonce=');
});

/** Milliseconds from the navigation until the data are on the screen, by the page's own clock. */
async function timeToLoaded(page: Page): Promise<number> {
  await page.goto('/dashboard', { waitUntil: 'commit' });
  const found = await page.waitForFunction(
    () => document.querySelector('[data-testid=dashboard-loaded]') && performance.now(),
    undefined,
    { polling: 'raf' },
  );
  return Number(await found.jsonValue());
}

function first(text: string): string {
  return text.split('\n')[0] ?? '';
}
