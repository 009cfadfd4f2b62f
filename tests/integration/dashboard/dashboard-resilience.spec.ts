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
    // Looked for with every frame from before the cut: it may be over within a few hundred milliseconds.
    const seen = page.waitForFunction(
      () => document.querySelector('[data-testid=connection-status]')?.textContent?.includes('Disconnected'),
      null,
      { polling: 'raf', timeout: 15_000 },
    );
    await dashboard.backend.cutSockets(100);
    await seen;
    const name = uniqueName('Quentin');
    await addClientByRest(dashboard, amelia, name);
    await expectLive(page);
    await expect(feed(page)).toContainText(name);
  }
});

test('without its external services it says what is affected, the rest lives, and it heals by itself', async ({
  dashboard,
  signedInPage,
}) => {
  const page = await signedInPage(ben, password);
  await expectLive(page);
  await markPage(page);
  const calendar = page.getByRole('region', { name: 'Your calendar' });
  const payouts = page.getByRole('region', { name: 'Your payouts' });
  await expect(calendar).toContainText('Next free');
  await expect(payouts).toContainText('Next payout');

  await page.route('**/api/external/service', (route) => route.abort());
  const notices = page.getByTestId('service-degraded-notice');
  await expect(notices).toHaveCount(2);
  for (const [service, sentence] of [
    [
      'calendar',
      /Your calendar can’t be read at the moment\. You see it as it was .+ ago; it is (tried again in|being)/,
    ],
    ['payments', /Your payouts can’t be read at the moment\. You see them as they were .+ ago; they are /],
  ] as const) {
    const notice = page.locator(`[data-testid=service-degraded-notice][data-service=${service}]`);
    await expect(notice).toBeVisible();
    await expect(notice).toHaveAttribute('role', 'status');
    await expect(async () => {
      expect((await notice.locator('p').allTextContents()).join(' ')).toMatch(sentence);
    }).toPass();
  }
  await expect(calendar).toContainText('Next free');
  await expect(payouts).toContainText('Next payout');
  await expect(page.getByTestId('dashboard-content')).toBeVisible();
  const name = uniqueName('Wilma');
  await addClientByRest(dashboard, amelia, name);
  await expect(feed(page)).toContainText(name);
  // Long enough for their breakers to open for the longest time.
  await page.waitForTimeout(15_000);
  await expect(notices).toHaveCount(2);

  await page.unroute('**/api/external/service');
  await expect(notices).toHaveCount(0, { timeout: 10_000 });
  await expect(page.getByTestId('dashboard-content')).toBeVisible();
  await expectNotReloaded(page);
});

test('a page that is opened without its external services says so, and shows them once they are there', async ({
  signedInPage,
}) => {
  const page = await signedInPage(ben, password);
  await page.route('**/api/external/service', (route) => route.abort());
  await page.reload();
  await expect(page.getByTestId('service-degraded-notice')).toHaveCount(2);
  await expect(page.getByTestId('dashboard-content')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Your calendar' })).toContainText('Nothing to show yet');
  await page.unroute('**/api/external/service');
  await expect(page.getByTestId('service-degraded-notice')).toHaveCount(0, { timeout: 10_000 });
  await expect(page.getByRole('region', { name: 'Your calendar' })).toContainText('Next free');
});

test('one service fails alone, with its own notice', async ({ dashboard, signedInPage }) => {
  const page = await signedInPage(ben, password);
  await expectLive(page);
  await dashboard.backend.addFault({ on: 'request', service: 'calendar', action: 'fail', status: 503 });
  const notices = page.getByTestId('service-degraded-notice');
  await expect(notices).toHaveCount(1);
  await expect(notices).toHaveAttribute('data-service', 'calendar');
  await dashboard.backend.removeFaults();
  await expect(notices).toHaveCount(0, { timeout: 10_000 });
});

test('while the database fails what was read stays, and it is read again by itself', async ({
  dashboard,
  signedInPage,
}) => {
  const page = await signedInPage(ben, password);
  await expectLive(page);
  await markPage(page);
  await dashboard.backend.addFault({ on: 'request', service: 'rest', action: 'fail', status: 503 });
  await page.getByRole('button', { name: 'Read everything again' }).click();
  const problem = page.getByTestId('offline-notice').filter({ hasText: 'What you see is from' });
  await expect(problem).toBeVisible({ timeout: 30_000 });
  await expect(page.getByTestId('dashboard-content')).toBeVisible();
  await dashboard.backend.removeFaults();
  await expect(problem).toHaveCount(0, { timeout: 60_000 });
  await expectNotReloaded(page);
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
