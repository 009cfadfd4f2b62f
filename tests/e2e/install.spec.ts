import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { expect, test } from '@wedsync/dashboard/testing';
import { ready, signIn } from './support/offline.js';
import { amelia, password } from './support/people.js';

test('the browser finds nothing that is in the way of an installation', async ({ dashboard }) => {
  // In a private window it would.
  const profile = await mkdtemp(join(tmpdir(), 'install-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const page = await context.newPage();
    await signIn(page, dashboard.appUrl);
    await ready(page);
    const browser = await context.newCDPSession(page);
    const { errors, url } = await browser.send('Page.getAppManifest');
    expect(url).toBe(`${dashboard.appUrl}/manifest.webmanifest`);
    expect(errors).toEqual([]);
    const { installabilityErrors } = await browser.send('Page.getInstallabilityErrors');
    expect(installabilityErrors).toEqual([]);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
});

test('installing is offered once, and the answer is kept', async ({ signedInPage }) => {
  const page = await signedInPage(amelia, password);
  const hint = page.getByTestId('install-hint');
  await expect(page.getByTestId('dashboard-loaded')).toBeVisible();
  await expect(hint).toHaveCount(0);
  // What Chromium does for a person who has used the page, and for a program not.
  const offer = () =>
    page.evaluate(() => {
      const event = Object.assign(new Event('beforeinstallprompt', { cancelable: true }), {
        prompt: async () => document.body.setAttribute('data-asked', ''),
      });
      dispatchEvent(event);
      return event.defaultPrevented;
    });
  expect(await offer()).toBe(true);
  await expect(hint).toContainText('Install Wedsync');
  await hint.getByRole('button', { name: 'Install' }).click();
  await expect(hint).toHaveCount(0);
  await expect(page.locator('body[data-asked]')).toHaveCount(1);
  await page.reload();
  await expect(page.getByTestId('dashboard-loaded')).toBeVisible();
  // From now on it is the browser's own to offer.
  expect(await offer()).toBe(false);
  await expect(hint).toHaveCount(0);
});

test('in Safari the hint says why, and goes for good when it is declined', async ({ browser, dashboard }) => {
  const context = await browser.newContext({
    baseURL: dashboard.appUrl,
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
    viewport: { width: 390, height: 844 },
  });
  await context.addInitScript(() => Object.assign(window, { GestureEvent: class {} }));
  const page = await context.newPage();
  await signIn(page, dashboard.appUrl);
  const hint = page.getByTestId('install-hint');
  await expect(hint).toContainText('seven days');
  await expect(hint.getByRole('button', { name: 'Install' })).toHaveCount(0);
  await hint.getByRole('button', { name: 'Not now' }).click();
  await expect(hint).toHaveCount(0);
  await page.reload();
  await expect(page.getByTestId('dashboard-loaded')).toBeVisible();
  await expect(hint).toHaveCount(0);
  await context.close();
});
