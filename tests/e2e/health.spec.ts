import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { type DashboardUnderTest, expect, test } from '@wedsync/dashboard/testing';
import { expectLive, expectNotReloaded, markPage } from './support/live.js';
import { amelia, password } from './support/people.js';

test.afterEach(({ dashboard }) => dashboard.backend.removeFaults());

async function health({ appUrl }: DashboardUnderTest) {
  const response = await fetch(`${appUrl}/api/health`);
  const text = await response.text();
  return { response, text, body: JSON.parse(text) };
}

/** The status of an answer that was found out after now: one is given for two seconds, and of others longer. */
async function expectHealth(
  dashboard: DashboardUnderTest,
  status: number,
  expected: Record<string, unknown>,
): Promise<void> {
  const asked = Date.now();
  await expect(async () => {
    const { response, body } = await health(dashboard);
    expect(Date.parse(body.at)).toBeGreaterThan(asked);
    expect(response.status).toBe(status);
    expect(body).toMatchObject(expected);
  }).toPass({ timeout: 30_000 });
}

test('an uptime monitor is told how everything is, without a session and with nothing to leak', async ({
  dashboard,
}) => {
  await expectHealth(dashboard, 200, { status: 'healthy' });
  const { response, text, body } = await health(dashboard);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('content-security-policy')).toContain('default-src');
  expect(response.headers.get('set-cookie')).toBeNull();
  expect(Object.keys(body)).toEqual(['status', 'checks', 'at']);
  expect(Object.keys(body.checks)).toEqual(['database', 'auth', 'calendar', 'payments']);
  for (const check of Object.values<{ status: string; latencyMs: number }>(body.checks)) {
    expect(check.status).toBe('healthy');
    expect(Number.isInteger(check.latencyMs)).toBe(true);
  }
  for (const secret of [dashboard.anonKey, dashboard.supabaseUrl, 'local-external-key', '127.0.0.1']) {
    expect(text).not.toContain(secret);
  }
  const head = await fetch(`${dashboard.appUrl}/api/health`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect(head.headers.get('cache-control')).toBe('no-store');
});

test('without the database it is down, without another part it is not whole, and it comes back', async ({
  dashboard,
}) => {
  const { backend } = dashboard;
  const message = 'postgres at 10.0.0.7 refused';
  await backend.addFault({ on: 'request', service: 'rest', action: 'fail', status: 503, body: { message } });
  await expectHealth(dashboard, 503, {
    status: 'unhealthy',
    checks: { database: { status: 'unhealthy' }, auth: { status: 'healthy' } },
  });
  expect((await health(dashboard)).text).not.toContain('10.0.0.7');
  const head = await fetch(`${dashboard.appUrl}/api/health`, { method: 'HEAD' });
  expect(head.status).toBe(503);
  await backend.removeFaults();

  await backend.addFault({ on: 'request', service: 'auth', action: 'loseRequest' });
  await expectHealth(dashboard, 200, {
    status: 'degraded',
    checks: { database: { status: 'healthy' }, auth: { status: 'unhealthy', latencyMs: null } },
  });
  await backend.removeFaults();

  await backend.addFault({ on: 'request', service: 'payments', action: 'fail', status: 500 });
  await expectHealth(dashboard, 200, {
    status: 'degraded',
    checks: { calendar: { status: 'healthy' }, payments: { status: 'unhealthy' } },
  });
  await backend.removeFaults();
  await expectHealth(dashboard, 200, { status: 'healthy' });
});

test('what does not answer is waited for three seconds, however many ask', async ({ dashboard }) => {
  const { backend } = dashboard;
  await backend.addFault({
    ...{ on: 'request', path: '/rest/v1/suppliers', action: 'delay' },
    ...{ delayMs: 20_000 },
  });
  const started = Date.now();
  await expectHealth(dashboard, 503, { checks: { database: { status: 'unhealthy', latencyMs: null } } });
  expect(Date.now() - started).toBeLessThan(8_000);
});

test('it cannot be used to ask the database more often', async ({ dashboard }) => {
  await dashboard.backend.resetStats();
  const started = Date.now();
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(Array.from({ length: 20 }, () => health(dashboard)));
  }
  const mostReports = 1 + Math.ceil((Date.now() - started) / 2_000);
  const { requests } = (await dashboard.backend.stats()).totals;
  expect(requests.rest).toBeLessThanOrEqual(mostReports);
  expect(requests.auth).toBeLessThanOrEqual(mostReports);
  expect(requests.calendar).toBeLessThanOrEqual(1 + Math.ceil((Date.now() - started) / 5_000));
});

/** The page of health, by the way that a person takes. */
async function openHealth(page: Page): Promise<void> {
  await expectLive(page);
  await page.getByTestId('connection-status').click();
  await expect(page).toHaveURL(/\/health$/);
  await expect(page.getByTestId('health-page')).toBeVisible();
}

const check = (page: Page, name: string) => page.locator(`[data-testid=health-check][data-check=${name}]`);
const breaker = (page: Page, name: string) => page.locator(`[data-testid=breaker][data-service=${name}]`);
const soon = { timeout: 60_000 };

test('the page of health shows a service that fails, and that it is back', async ({
  dashboard,
  signedInPage,
}) => {
  const page = await signedInPage(amelia, password);
  await openHealth(page);
  await markPage(page);
  const verdict = page.getByTestId('health-verdict');
  for (const name of ['database', 'realtime', 'calendar', 'payments'])
    await expect(check(page, name)).toHaveAttribute('data-state', 'healthy', soon);
  await expect(verdict).toHaveAttribute('data-state', 'healthy');
  await expect(breaker(page, 'calendar')).toHaveAttribute('data-state', 'closed');
  await expect(check(page, 'calendar').locator('.recharts-area')).toBeVisible();
  await expect(check(page, 'calendar').getByRole('img')).toHaveAttribute(
    'aria-label',
    /^Up 100% of the /,
    soon,
  );

  await dashboard.backend.addFault({ on: 'request', service: 'calendar', action: 'fail', status: 503 });
  await expect(check(page, 'calendar')).toHaveAttribute('data-state', 'unhealthy', soon);
  await expect(check(page, 'calendar')).toContainText('Failing');
  await expect(verdict).toHaveAttribute('data-state', 'degraded');
  await expect(verdict).toContainText('Your calendar can’t be read');
  await expect(breaker(page, 'calendar')).toHaveAttribute('data-state', 'open');
  await expect(breaker(page, 'payments')).toHaveAttribute('data-state', 'closed');
  await expect(check(page, 'payments')).toHaveAttribute('data-state', 'healthy');
  await expect(page.getByTestId('health-alerts').getByRole('listitem').first()).toContainText(
    'Your calendar: failing',
  );

  await dashboard.backend.removeFaults();
  await expect(check(page, 'calendar')).toHaveAttribute('data-state', 'healthy', soon);
  await expect(verdict).toHaveAttribute('data-state', 'healthy');
  await expect(page.getByTestId('health-alerts').getByRole('listitem').first()).toContainText(
    'Your calendar: back',
  );
  await expect(breaker(page, 'calendar')).toHaveAttribute('data-state', 'closed', soon);
  await expectNotReloaded(page);
});

test('what is exported for support says how everything stands, and nothing of whose it is', async ({
  dashboard,
  signedInPage,
}) => {
  const page = await signedInPage(amelia, password);
  // What a service says of its failure may end up in a message.
  await dashboard.backend.addFault({
    ...{ on: 'request', service: 'payments', action: 'fail', status: 500 },
    body: { message: `no account of ${amelia}` },
  });
  await openHealth(page);
  await expect(check(page, 'payments')).toHaveAttribute('data-state', 'unhealthy', soon);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export for support' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^wedsync-health-\d{4}-\d\d-\d\d\.json$/);
  const text = await readFile(await download.path(), 'utf8');
  const report = JSON.parse(text);
  expect(Object.keys(report).sort()).toEqual(['alerts', 'at', 'history', 'status', 'tabs']);
  expect(report.status.checks.payments.status).toBe('unhealthy');
  expect(report.history.database.recent.length).toBeGreaterThan(0);
  expect(text).not.toMatch(/@|eyJ|sb_(secret|publishable)_|[\da-f]{8}-[\da-f]{4}-/);
  for (const secret of [dashboard.anonKey, 'rosewood', 'Amelia']) expect(text).not.toContain(secret);
});

test('the charts are downloaded where they are drawn, and the dashboard does without', async ({
  signedInPage,
}) => {
  const page = await signedInPage(amelia, password);
  // Read from the server: a browser does not give the text of a script whose worker has ended meanwhile.
  const scripts = new Set<string>();
  page.on('request', (request) => {
    if (request.resourceType() === 'script' && request.url().startsWith('http')) scripts.add(request.url());
  });
  const haveCharts = async () => {
    const texts = await Promise.all([...scripts].map(async (url) => (await page.request.get(url)).text()));
    return texts.some((text) => text.includes('recharts-area'));
  };
  await page.reload();
  await expectLive(page);
  expect(scripts.size).toBeGreaterThan(0);
  expect(await haveCharts()).toBe(false);
  await openHealth(page);
  await expect(check(page, 'realtime').locator('.recharts-area')).toBeVisible(soon);
  expect(await haveCharts()).toBe(true);
});
