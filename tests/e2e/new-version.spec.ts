import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '@wedsync/dashboard/testing';
import { filesOf, nameOf, nextBuild, presentBuild } from './support/builds.js';
import { deploy } from './support/deployment.js';
import { buildOf, ready, signIn } from './support/offline.js';

const heading = { present: 'Upcoming weddings', next: 'Weddings to come' };

test('a new version waits for the pages of the former one, is offered in each, and never mixes with it', async ({
  dashboard,
  page,
}, testInfo) => {
  // Another build is made.
  test.setTimeout(360_000);
  const next = await nextBuild({
    file: 'src/components/dashboard/upcoming-weddings.tsx',
    from: heading.present,
    to: heading.next,
  });
  const names = { present: await nameOf(presentBuild), next: await nameOf(next) };
  const files = { present: await filesOf(presentBuild), next: await filesOf(next) };
  const isOf = async (each: Page, build: 'present' | 'next') => {
    await expect(each.getByRole('heading', { name: heading[build] })).toBeVisible();
    expect((await scriptsOf(each)).filter((file) => !files[build].has(file))).toEqual([]);
  };
  const served = await deploy(presentBuild, dashboard);
  try {
    await signIn(page, served.url);
    await ready(page);
    const other = await page.context().newPage();
    await other.goto(`${served.url}/dashboard`);
    await ready(other);

    await served.serve(next);
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
    for (const each of [page, other]) {
      await expect(each.getByTestId('update-notice')).toBeVisible({ timeout: 30_000 });
      await isOf(each, 'present');
      expect(await buildOf(each)).toBe(names.present);
    }
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    await page.screenshot({ path: testInfo.outputPath('offered.png') });

    // A page that the router asks the new server for comes as a whole from there, in the other tab.
    await other.getByRole('link', { name: 'Record an enquiry' }).click();
    await expect(other.getByTestId('client-name')).toBeVisible();
    await other.getByRole('link', { name: 'Dashboard', exact: true }).click();
    await isOf(other, 'next');
    expect(await buildOf(other)).toBe(names.present);

    // Where another page is open a reload loads the new code, and the former worker stays.
    const reload = page.getByRole('button', { name: 'Reload to update' });
    await Promise.all([page.waitForEvent('load'), reload.click()]);
    await isOf(page, 'next');
    expect(await buildOf(page)).toBe(names.present);
    await expect(page.getByTestId('update-notice')).toHaveCount(0);

    // Without a server the former worker opens what it has: all of it of the former build.
    await served.stop();
    await page.reload();
    await isOf(page, 'present');

    // With nothing left beside it the page is what the new worker begins with.
    await served.serve(next);
    await other.close();
    await expect(reload).toBeVisible({ timeout: 30_000 });
    await reload.click();
    await isOf(page, 'next');
    await expect.poll(() => buildOf(page)).toBe(names.next);
    await served.stop();
    await page.reload();
    await isOf(page, 'next');
  } finally {
    await served.close();
  }
});

/** The scripts of the application's that a page has loaded. */
function scriptsOf(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name))
      .filter(({ origin, pathname }) => origin === location.origin && pathname.endsWith('.js'))
      .map(({ pathname }) => pathname)
      .filter((pathname) => pathname.startsWith('/_next/')),
  );
}
