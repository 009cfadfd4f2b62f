import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { expect, test } from '@wedsync/dashboard/testing';
import { presentBuild } from './support/builds.js';
import { deploy } from './support/deployment.js';
import { cacheDatabases, expire, keptText, offline, online, ready, signIn } from './support/offline.js';
import { amelia, password } from './support/people.js';
import { readSession, sessionCookies } from './support/session.js';

test('the browser is started again without a network, the token expired two hours ago: the last user’s dashboard opens; with the network it is verified', async ({
  dashboard,
}) => {
  const profile = await mkdtemp(join(tmpdir(), 'offline-'));
  // Where nobody answers: what a browser asks ahead of its service worker no emulation stops.
  const served = await deploy(presentBuild, dashboard);
  const launch = () =>
    chromium.launchPersistentContext(profile, {
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
      baseURL: served.url,
    });
  let context = await launch();
  try {
    const page = await context.newPage();
    await signIn(page, served.url);
    await ready(page);
    await expire(context, page, served.url);
    await context.close();

    context = await launch();
    await context.setOffline(true);
    await served.stop();
    const again = await context.newPage();
    await again.goto('/dashboard');
    await expect(again.getByTestId('dashboard-loaded')).toBeVisible();
    await expect(again.getByTestId('offline-notice')).toContainText(/What you see is from .*Last verified/);

    await served.serve(presentBuild);
    await context.setOffline(false);
    await expect(again.getByTestId('offline-notice')).toHaveCount(0, { timeout: 45_000 });
    await expect(again.getByTestId('connection-status')).toContainText('Connected', { timeout: 45_000 });
    const { expires_at } = await readSession(context);
    expect(expires_at).toBeGreaterThan(Date.now() / 1000);
  } finally {
    await context.close();
    await served.close();
    await rm(profile, { recursive: true, force: true });
  }
});

test('a presumed user who is refused signs in and comes back to the same page; nothing is wiped', async ({
  dashboard,
  signedInPage,
}) => {
  const page = await signedInPage(amelia, password);
  await ready(page);
  await expire(page.context(), page, dashboard.appUrl);
  await offline(page.context(), dashboard.appUrl, dashboard.supabaseUrl);
  await page.goto('/health');
  await expect(page.getByTestId('offline-notice')).toBeVisible();
  await dashboard.backend.sql('delete from auth.sessions');
  await online(page.context());
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fhealth$/, { timeout: 45_000 });
  expect(await sessionCookies(page.context())).toEqual([]);
  expect(await keptText(page)).toContain('pipeline');
});

test('a presumed user of whom nothing is kept is told so', async ({ dashboard, signedInPage }) => {
  const page = await signedInPage(amelia, password);
  await ready(page);
  await expire(page.context(), page, dashboard.appUrl);
  await offline(page.context(), dashboard.appUrl, dashboard.supabaseUrl);
  await page.goto('/nowhere');
  for (const name of await cacheDatabases(page)) {
    await page.evaluate(
      (name) =>
        new Promise((resolve) => {
          indexedDB.deleteDatabase(name).onsuccess = resolve;
        }),
      name,
    );
  }
  await page.goto('/dashboard');
  await expect(page.getByText('This device has kept nothing of it.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
  await online(page.context());
  await expect(page.getByTestId('dashboard-loaded')).toBeVisible({ timeout: 45_000 });
});

test('while the auth server fails a presumed user’s page asks it seldom, and asks nothing else with an expired token', async ({
  dashboard,
  signedInPage,
}) => {
  const { backend } = dashboard;
  const page = await signedInPage(amelia, password);
  await ready(page);
  await expire(page.context(), page, dashboard.appUrl);
  await backend.expireTokens();
  const fault = await backend.addFault({
    on: 'request',
    path: '/auth/v1/token',
    action: 'fail',
    status: 503,
  });
  await backend.resetStats();
  await page.goto('/dashboard');
  await expect(page.getByTestId('offline-notice')).toContainText('Last verified');
  // Longer than the client tries by itself: 30 s.
  await page.waitForTimeout(34_000);
  const [hit] = await backend.faults();
  console.log(`${hit?.hits} attempts to refresh the session in 34 s`);
  expect(hit?.hits, 'attempts to refresh the session').toBeLessThan(25);
  const { totals } = await backend.stats();
  expect(totals.requests.rest).toBe(0);
  expect(totals.joins + totals.refusedJoins, 'attempts to join').toBe(0);
  // It is there for the token that is to come.
  expect(totals.opened, 'sockets').toBeLessThanOrEqual(1);
  await backend.removeFaults(fault);
  await expect(page.getByTestId('offline-notice')).toHaveCount(0, { timeout: 45_000 });
  await expect(page.getByTestId('connection-status')).toContainText('Connected', { timeout: 45_000 });
});

test('the network is back after half a minute: the user is verified within seconds, once for all tabs', async ({
  dashboard,
  signedInPage,
}) => {
  const page = await signedInPage(amelia, password);
  await ready(page);
  await expire(page.context(), page, dashboard.appUrl);
  await offline(page.context(), dashboard.appUrl, dashboard.supabaseUrl);
  await page.goto('/dashboard');
  const other = await page.context().newPage();
  await other.goto('/dashboard');
  for (const each of [page, other]) await expect(each.getByTestId('offline-notice')).toContainText('Offline');
  // The client has given up by now, and keeps that in mind for another minute.
  await page.waitForTimeout(34_000);
  await dashboard.backend.resetStats();
  const since = Date.now();
  await online(page.context());
  for (const each of [page, other]) await expect(each.getByTestId('offline-notice')).toHaveCount(0);
  expect(Date.now() - since).toBeLessThan(10_000);
  for (const each of [page, other])
    await expect(each.getByTestId('connection-status')).toContainText('Connected', { timeout: 45_000 });
  expect((await readSession(page.context())).expires_at).toBeGreaterThan(Date.now() / 1000);
});
