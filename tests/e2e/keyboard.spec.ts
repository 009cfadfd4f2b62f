import type { Page } from '@playwright/test';
import { expect, test } from '@wedsync/dashboard/testing';
import { uniqueName } from './support/clients.js';
import { feed } from './support/live.js';
import { amelia, password } from './support/people.js';

/** Presses Tab until the focus is where a person wanted it; a screen that never gets there fails. */
async function tabTo(page: Page, target: ReturnType<Page['locator']>): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) {
      await expect(target, 'what has the focus is seen').toBeInViewport();
      return;
    }
  }
  throw new Error('60 presses of Tab did not reach it.');
}

test('sign in and save a client with the keyboard alone', async ({ page }) => {
  await page.goto('/sign-in');
  await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
  await tabTo(page, page.getByLabel('Email', { exact: true }));
  await page.keyboard.type(amelia);
  await tabTo(page, page.getByLabel('Password', { exact: true }));
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('dashboard-loaded')).toBeVisible();

  await tabTo(page, page.locator('a[href^="/clients/new"]').first());
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('client-name')).toBeVisible();
  const name = uniqueName('Tamsin');
  await expect(async () => {
    if (await page.getByTestId('client-name').evaluate((field) => field !== document.activeElement)) {
      await tabTo(page, page.getByTestId('client-name'));
    }
  }).toPass();
  await page.keyboard.type(name);
  await tabTo(page, page.getByTestId('save-client'));
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('dashboard-loaded')).toBeVisible();
  await expect(feed(page)).toContainText(name);
});
