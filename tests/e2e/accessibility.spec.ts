import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '@wedsync/dashboard/testing';
import { amelia, password } from './support/people.js';

const widths = [360, 1440];
const themes = ['light', 'dark'] as const;

/** Every screen, and what shows that it is there. */
const screens: {
  name: string;
  path: string;
  signedIn: boolean;
  /** What is done to the page before it is opened. */
  before?: (page: Page) => Promise<unknown>;
  there: (page: Page) => ReturnType<Page['locator']>;
}[] = [
  {
    name: 'sign-in',
    path: '/sign-in',
    signedIn: false,
    there: (page) => page.getByRole('button', { name: 'Sign in' }),
  },
  {
    name: 'dashboard',
    path: '/dashboard',
    signedIn: true,
    there: (page) => page.getByTestId('dashboard-loaded'),
  },
  {
    name: 'dashboard without its services',
    path: '/dashboard',
    signedIn: true,
    before: (page) => page.route('**/api/external/service', (route) => route.abort()),
    there: (page) => page.getByTestId('service-degraded-notice').nth(1),
  },
  {
    name: 'health',
    path: '/health',
    signedIn: true,
    there: (page) => page.locator('[data-check=calendar] .recharts-surface'),
  },
  {
    name: 'health without its services',
    path: '/health',
    signedIn: true,
    before: (page) => page.route('**/api/external/service', (route) => route.abort()),
    there: (page) => page.locator('[data-check=payments][data-state=unhealthy]'),
  },
  {
    name: 'new client',
    path: '/clients/new',
    signedIn: true,
    there: (page) => page.getByTestId('client-name'),
  },
  {
    name: 'not found',
    path: '/nowhere',
    signedIn: false,
    there: (page) => page.getByRole('heading').first(),
  },
];

for (const { name, path, signedIn, before, there } of screens) {
  for (const width of widths) {
    for (const theme of themes) {
      test(`${name}, ${width} px, ${theme}`, async ({ page: blank, signedInPage }, testInfo) => {
        const page = signedIn ? await signedInPage(amelia, password) : blank;
        await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 900 });
        await before?.(page);
        await page.goto(path);
        await expect(there(page)).toBeVisible({ timeout: 30_000 });
        if (path === '/dashboard')
          await expect(page.getByTestId('connection-status')).toContainText('Connected');

        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, 'pixels to scroll sideways').toBeLessThanOrEqual(0);
        const { violations } = await new AxeBuilder({ page }).analyze();
        const found = violations.map(({ id, help, nodes }) => ({
          id,
          help,
          where: nodes.map(({ html }) => html),
        }));
        expect(found).toEqual([]);
        await testInfo.attach(`${name}-${width}-${theme}.png`, {
          body: await page.screenshot({ fullPage: true }),
          contentType: 'image/png',
        });
      });
    }
  }
}
