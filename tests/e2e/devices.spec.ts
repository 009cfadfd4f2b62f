import type { Page } from '@playwright/test';
import { type DashboardUnderTest, expect, test } from '@wedsync/dashboard/testing';
import { uniqueName } from './support/clients.js';
import { expectLive } from './support/live.js';
import { ready } from './support/offline.js';
import { openPage, withPackage } from './support/package.js';
import { amelia, ben, carla, password } from './support/people.js';

/** As `cacheOptions` of the dashboard has it, without the remote tier, which would tell it too. */
const options = '{ cache: { topic: (id) => "supplier:" + id, tables: "none" } }';

test('what one member’s device makes invalid the others read again, and other suppliers’ do not', async ({
  browser,
  dashboard,
  signedInPage,
}) => {
  const hers = await openPage(browser, dashboard, await signedInPage(amelia, password));
  const his = await signedInPage(ben, password);
  const foreign = await signedInPage(carla, password);
  for (const page of [hers, his, foreign]) await settled(page);
  const before = { his: await enquiries(his), foreign: await enquiries(foreign) };
  const supplier = await addUnannounced(dashboard, 'Rosewood Barn');
  await addUnannounced(dashboard, 'Lumen & Lace');

  const telling = withPackage(
    hers,
    dashboard,
    `await dashboard.cache.invalidateSupplier('${supplier}');
     await new Promise((resolve) => addEventListener('heard', resolve, { once: true }));`,
    options,
  );
  await expect.poll(() => enquiries(his)).toBe(before.his + 1);
  await hers.evaluate(() => dispatchEvent(new Event('heard')));
  await telling;
  await settled(foreign);
  expect(await enquiries(foreign)).toBe(before.foreign);
  await hers.context().close();
});

test('a client that is added is counted on all devices, and in a tab that opens before anything is read', async ({
  dashboard,
  signedInPage,
}) => {
  const hers = await signedInPage(amelia, password);
  const his = await signedInPage(ben, password);
  for (const page of [hers, his]) await settled(page);
  const before = await enquiries(his);
  await dashboard.backend.sql(
    `insert into public.clients (supplier_id, name)
     select id, '${uniqueName('Odette')}' from public.suppliers where name = 'Rosewood Barn'`,
  );
  for (const page of [hers, his]) await expect.poll(() => enquiries(page)).toBe(before + 1);
  await settled(his);
  const other = await his.context().newPage();
  await other.route('**/rest/v1/**', () => {});
  await other.goto('/dashboard');
  await expect(other.getByTestId('dashboard-loaded')).toBeVisible();
  expect(await enquiries(other)).toBe(before + 1);
});

/** Adds a client of whom no page is told. Answers whose it is. */
async function addUnannounced({ backend }: DashboardUnderTest, supplier: string): Promise<string> {
  await backend.sql(
    `do $$ begin
       set local session_replication_role = replica;
       insert into public.clients (supplier_id, name)
       select id, '${uniqueName('Nobody')}' from public.suppliers where name = '${supplier}';
     end $$`,
  );
  const [row] = await backend.sql<{ id: string }>(
    `select id from public.suppliers where name = '${supplier}'`,
  );
  return row?.id ?? '';
}

/** The number of new enquiries on the screen. */
async function enquiries(page: Page): Promise<number> {
  const label = page.getByText('New enquiries', { exact: true });
  return Number(await label.locator('xpath=following-sibling::dd[1]').innerText());
}

/** Live, and nothing is being read any more. */
async function settled(page: Page): Promise<void> {
  await ready(page);
  await expectLive(page);
  let last = -1;
  await expect(async () => {
    const before = last;
    last = await page.evaluate(
      () => performance.getEntriesByType('resource').filter(({ name }) => name.includes('/rest/v1/')).length,
    );
    expect(last).toBe(before);
  }).toPass({ intervals: [700] });
}
