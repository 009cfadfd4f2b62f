import { expect, test } from '@wedsync/dashboard/testing';
import { addClientByRest, saveClient, uniqueName } from '../../e2e/support/clients.js';
import { expectLive, expectNotReloaded, expectUpdateShown, feed, markPage } from '../../e2e/support/live.js';
import { amelia, ben, carla, password } from '../../e2e/support/people.js';

test('two colleagues see each other’s work live, through a cut, and nobody else does', async ({
  dashboard,
  signedInPage,
}) => {
  const [first, second, third] = ['Imogen', 'Jasper', 'Kezia'].map(uniqueName) as [string, string, string];
  const amelias = await signedInPage(amelia, password);
  const bens = await signedInPage(ben, password);
  const carlas = await signedInPage(carla, password);
  for (const page of [amelias, bens, carlas]) await expectLive(page);
  await markPage(bens);

  await saveClient(amelias, first);
  await expect(feed(bens)).toContainText(first);
  await expectUpdateShown(bens);
  await saveClient(amelias, second);
  await expect(feed(bens)).toContainText(second);

  expect(await dashboard.backend.cutSockets(3_000)).toBeGreaterThanOrEqual(3);
  await expect(bens.getByTestId('connection-status')).toContainText('Disconnected');
  await addClientByRest(dashboard, amelia, third);
  await expectLive(bens);
  await expect(feed(bens)).toContainText(third);
  await expectNotReloaded(bens);

  // Carla is live again too, and gets her own supplier's events, so silence about the others is no accident.
  await expectLive(carlas);
  const carlasOwn = uniqueName('Lorcan');
  await addClientByRest(dashboard, carla, carlasOwn);
  await expect(feed(carlas)).toContainText(carlasOwn);
  for (const name of [first, second, third]) await expect(feed(carlas)).not.toContainText(name);
  await expect(feed(bens)).not.toContainText(carlasOwn);
});

test('a client saved on one’s own page appears in one’s own feed', async ({ signedInPage }) => {
  const page = await signedInPage(amelia, password);
  const name = uniqueName('Marlowe');
  await saveClient(page, name);
  await expectLive(page);
  await expect(feed(page)).toContainText(name);
});

test('changes and removals of a client are shown as they happen', async ({ dashboard, signedInPage }) => {
  const page = await signedInPage(ben, password);
  await expectLive(page);
  const name = uniqueName('Niamh');
  await addClientByRest(dashboard, amelia, name);
  await expect(feed(page).getByRole('listitem').filter({ hasText: name })).toHaveCount(1);
  await dashboard.backend.sql(`update public.clients set status = 'booked' where name = '${name}'`);
  await expect(feed(page).getByRole('listitem').filter({ hasText: name })).toHaveCount(2);
  await dashboard.backend.sql(`delete from public.clients where name = '${name}'`);
  await expect(feed(page).getByRole('listitem').filter({ hasText: name })).toHaveCount(3);
});

test('a page that is left gives its socket back', async ({ dashboard, signedInPage }) => {
  const page = await signedInPage(amelia, password);
  await expectLive(page);
  const { connections } = await dashboard.backend.stats();
  await page.context().close();
  await expect.poll(async () => (await dashboard.backend.stats()).connections).toBe(connections - 1);
});
