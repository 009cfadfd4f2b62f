import type { Page } from '@playwright/test';
import { expect } from '@wedsync/dashboard/testing';

/** Waits until the dashboard is connected and its feed's subscription delivers. */
export async function expectLive(page: Page): Promise<void> {
  await expect(page.getByTestId('connection-status')).toContainText('Connected');
  await expect(page.getByTestId('realtime-indicator')).toHaveClass(/\bconnected\b/);
}

/** The feed, for `toContainText`. */
export function feed(page: Page) {
  return page.getByTestId('activity-feed');
}

/** Marks the page, so that a reload would be noticed. */
export async function markPage(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.documentElement.dataset.marked = 'yes';
  });
}

/** The page is the one that was marked: nothing reloaded it. */
export async function expectNotReloaded(page: Page): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-marked', 'yes');
}

/** Waits for the flag that the page sets once it has shown an update. */
export async function expectUpdateShown(page: Page): Promise<void> {
  await page.waitForFunction(
    () => 'realtimeUpdateReceived' in window && window.realtimeUpdateReceived === true,
  );
}
