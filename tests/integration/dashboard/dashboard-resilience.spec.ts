import { expect, test } from '@wedsync/dashboard/testing';
import { addClientByRest, uniqueName } from '../../e2e/support/clients.js';
import { expectLive, expectNotReloaded, feed, markPage } from '../../e2e/support/live.js';
import { amelia, ben, password } from '../../e2e/support/people.js';

test('an outage of unknown length: what happened meanwhile is there when it ends', async ({
  dashboard,
  signedInPage,
}) => {
  const page = await signedInPage(ben, password);
  await expectLive(page);
  await markPage(page);
  await dashboard.backend.cutSockets(null);
  await expect(page.getByTestId('connection-status')).toContainText('Disconnected');
  await expect(page.getByTestId('realtime-indicator')).not.toHaveClass(/\bconnected\b/);
  const missed = uniqueName('Orla');
  await addClientByRest(dashboard, amelia, missed);
  await dashboard.backend.restoreSockets();
  await expectLive(page);
  await expect(feed(page)).toContainText(missed);
  const after = uniqueName('Piers');
  await addClientByRest(dashboard, amelia, after);
  await expect(feed(page)).toContainText(after);
  await expectNotReloaded(page);
});

test('cuts in a row: it comes back from each', async ({ dashboard, signedInPage }) => {
  const page = await signedInPage(ben, password);
  for (let cut = 0; cut < 3; cut += 1) {
    await expectLive(page);
    await dashboard.backend.cutSockets(100);
    await expect(page.getByTestId('connection-status')).toContainText('Disconnected');
    const name = uniqueName('Quentin');
    await addClientByRest(dashboard, amelia, name);
    await expectLive(page);
    await expect(feed(page)).toContainText(name);
  }
});

const malformed: [string, string | Uint8Array][] = [
  ['no JSON', 'not json {'],
  ['JSON that is no frame', '{"topic":17}'],
  ['an array that is too short', '[null,null]'],
  ['an array of the wrong types', '[1,2,3,4,5]'],
  ['nothing at all', ''],
  ['an unknown topic', '[null,null,"realtime:nobody","broadcast",{"event":"x","payload":{}}]'],
  ['a deep nest', '['.repeat(5_000)],
  ['an empty binary frame', new Uint8Array()],
  ['a binary frame of an unknown kind', new Uint8Array([99, 1, 2, 3])],
  ['a binary frame whose lengths lie', new Uint8Array([4, 255, 255, 255, 255, 0])],
];

test('malformed frames neither close the connection nor stop what follows', async ({
  dashboard,
  signedInPage,
}) => {
  const page = await signedInPage(ben, password);
  const errors: Error[] = [];
  page.on('pageerror', (error) => errors.push(error));
  await expectLive(page);
  await markPage(page);
  let opened = 0;
  page.on('websocket', () => {
    opened += 1;
  });
  for (const [what, frame] of malformed) {
    await test.step(what, async () => {
      await dashboard.backend.sendFrame(frame);
      const name = uniqueName('Rowan');
      await addClientByRest(dashboard, amelia, name);
      await expect(feed(page)).toContainText(name);
      await expect(page.getByTestId('connection-status')).toContainText('Connected');
    });
  }
  expect(opened, 'sockets opened anew').toBe(0);
  expect(errors).toEqual([]);
  await expectNotReloaded(page);
});

test('a network that comes back: connected by that alone, without a backoff', async ({
  dashboard,
  signedInPage,
}) => {
  const page = await signedInPage(ben, password);
  await page.clock.install();
  await page.goto('/dashboard');
  await expectLive(page);
  // From here no timer of the page fires: a reconnection can only come from the event.
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000));
  await page.context().setOffline(true);
  await dashboard.backend.cutSockets(0);
  await expect(page.getByTestId('connection-status')).toContainText('Disconnected');
  const missed = uniqueName('Saoirse');
  await addClientByRest(dashboard, amelia, missed);
  await page.context().setOffline(false);
  await expectLive(page);
  await expect(feed(page)).toContainText(missed);
});
