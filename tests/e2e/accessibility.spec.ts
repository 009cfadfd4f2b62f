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

for (const { name, path, signedIn, there } of screens) {
  for (const width of widths) {
    for (const theme of themes) {
      test(`${name}, ${width} px, ${theme}`, async ({ page: blank, signedInPage }, testInfo) => {
        const page = signedIn ? await signedInPage(amelia, password) : blank;
        await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 900 });
        await page.goto(path);
        await expect(there(page)).toBeVisible();
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
