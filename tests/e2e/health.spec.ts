import { type DashboardUnderTest, expect, test } from '@wedsync/dashboard/testing';

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
