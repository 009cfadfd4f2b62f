import type { Page } from '@playwright/test';
import { type DashboardUnderTest, expect, test } from '@wedsync/dashboard/testing';
import { amelia, carla, password } from './support/people.js';
import { readSession, type StoredSession, writeSession } from './support/session.js';

const path = '/api/external/service';

/** Leaves the dashboard, which may ask for these services too. */
const away = async (page: Page): Promise<Page> => {
  // Any page of this site will do that has no data of its own.
  await page.goto('/nowhere');
  return page;
};

test.afterEach(({ dashboard }) => dashboard.backend.removeFaults());

/** Asks as the page's user, past the page. */
async function ask(page: Page, service: string) {
  const answer = await page.request.get(path, { headers: { 'x-service': service } });
  const text = await answer.text();
  return { status: answer.status(), headers: answer.headers(), text, body: JSON.parse(text) };
}

/** A session that no page has used yet. */
async function freshSession(
  { supabaseUrl, anonKey }: DashboardUnderTest,
  email: string,
): Promise<StoredSession> {
  const response = await fetch(`${supabaseUrl}/auth/v1/token?grant_type=password`, {
    method: 'POST',
    headers: { apikey: anonKey, 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  expect(response.ok).toBe(true);
  return response.json();
}

test('a supplier sees their calendar and payouts, and the services’ keys stay on the server', async ({
  dashboard,
  signedInPage,
}) => {
  const hers = await away(await signedInPage(amelia, password));
  const calendar = await ask(hers, 'calendar');
  expect(calendar.status).toBe(200);
  expect(calendar.headers['cache-control']).toBe('no-store');
  expect(Math.abs(Date.parse(calendar.headers.date ?? '') - Date.now())).toBeLessThan(60_000);
  expect(Object.keys(calendar.body)).toEqual(['service', 'data', 'at']);
  expect(calendar.body.service).toBe('calendar');
  expect(Math.abs(Date.parse(calendar.body.at) - Date.now())).toBeLessThan(60_000);
  expect(calendar.body.data.days).toHaveLength(42);
  const [wedding] = await dashboard.backend.sql<{ day: string; account: string }>(
    `select wedding_date::text as day, supplier_id as account from public.clients
     where name = 'Charlotte Hughes'`,
  );
  expect(calendar.body.data.account).toBe(wedding?.account);
  expect(calendar.body.data.days).toContainEqual({
    date: wedding?.day,
    availability: 'booked',
    title: 'Charlotte Hughes & Daniel Okafor',
  });
  const payments = await ask(hers, 'payments');
  expect(payments.body.data.payments).toHaveLength(8);
  expect(payments.body.data.balance.availablePence).toBeGreaterThan(0);

  const theirs = await away(await signedInPage(carla, password));
  const other = await ask(theirs, 'calendar');
  expect(other.body.data.account).not.toBe(wedding?.account);
  expect(other.text).not.toContain('Charlotte Hughes');
  const everything = [calendar, payments, other].map(({ text, headers }) => text + JSON.stringify(headers));
  expect(everything.join()).not.toMatch(/local-external-key|\/external\//);
});

test('nobody but a signed-in supplier gets anything, and a cookie alone proves nothing', async ({
  dashboard,
  page,
  signedInPage,
}) => {
  for (const service of ['calendar', 'weather']) {
    const { status, body, headers } = await ask(page, service);
    expect([status, body.code]).toEqual([401, 'not_signed_in']);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-type']).toContain('application/json');
  }
  const forger = await away(await signedInPage(amelia, password));
  expect((await ask(forger, 'calendar')).status).toBe(200);
  const session = await readSession(forger.context());
  const [head, claims, signature] = session.access_token.split('.');
  const other = { ...JSON.parse(Buffer.from(claims ?? '', 'base64url').toString()), session_id: undefined };
  const forged = `${head}.${Buffer.from(JSON.stringify(other)).toString('base64url')}.${signature}`;
  await writeSession(forger.context(), dashboard.appUrl, { ...session, access_token: forged });
  const refused = await ask(forger, 'calendar');
  expect([refused.status, refused.body.code]).toEqual([401, 'not_signed_in']);
});

test('a service that there is not is told from one that fails', async ({ signedInPage }) => {
  const page = await away(await signedInPage(amelia, password));
  for (const service of ['weather', '', '../calendar']) {
    const { status, body, headers } = await ask(page, service);
    expect([status, body.code, headers['cache-control']]).toEqual([404, 'unknown_service', 'no-store']);
  }
  const nameless = await page.request.get(path);
  expect([nameless.status(), (await nameless.json()).code]).toEqual([404, 'unknown_service']);
});

test('a refusal is passed on with what it says about coming again, and one service fails alone', async ({
  dashboard,
  signedInPage,
}) => {
  const { backend } = dashboard;
  const page = await away(await signedInPage(amelia, password));
  const fault = { on: 'request', service: 'calendar', times: 1 } as const;
  const body = 'local-external-key is over its quota';
  await backend.addFault({ ...fault, action: 'fail', status: 503, retryAfterSeconds: 7, body });
  const failed = await ask(page, 'calendar');
  expect([failed.status, failed.headers['retry-after'], failed.body.code]).toEqual([
    503,
    '7',
    'service_failed',
  ]);
  expect(failed.text).not.toContain('quota');

  // The service's clock is an hour away: its date tells so, and goes with it.
  const date = new Date(Date.now() - 3_600_000).toUTCString();
  const later = new Date(Date.now() - 3_600_000 + 120_000).toUTCString();
  const headers = { date, 'retry-after': later };
  await backend.addFault({ ...fault, action: 'fail', status: 429, headers });
  const refused = await ask(page, 'calendar');
  expect([refused.status, refused.headers.date, refused.headers['retry-after']]).toEqual([429, date, later]);

  await backend.addFault({ ...fault, times: 3, action: 'limit', perSecond: 1 });
  const asked = await Promise.all(Array.from({ length: 4 }, () => ask(page, 'calendar')));
  expect(asked.map(({ status }) => status).sort()).toEqual([200, 429, 429, 429]);
  expect(asked.find(({ status }) => status === 429)?.headers['retry-after']).toBe('1');

  await backend.addFault({ on: 'request', service: 'calendar', action: 'fail', status: 401 });
  const keyless = await ask(page, 'calendar');
  expect([keyless.status, keyless.body.code]).toEqual([502, 'service_refused_key']);
  expect((await ask(page, 'payments')).status).toBe(200);
});

test('an answer that is none, or does not end, is told as such', async ({ dashboard, signedInPage }) => {
  const { backend } = dashboard;
  const page = await away(await signedInPage(amelia, password));
  const fault = { on: 'request', service: 'payments', times: 1 } as const;
  for (const how of ['html', 'truncate', 'garbage'] as const) {
    await backend.addFault({ ...fault, action: 'corrupt', how });
    const { status, body } = await ask(page, 'payments');
    expect([status, body.code], how).toEqual([502, 'answer_invalid']);
  }
  await backend.addFault({ ...fault, action: 'corrupt', how: 'cut' });
  expect((await ask(page, 'payments')).body.code).toBe('service_unreachable');
  await backend.addFault({ ...fault, action: 'loseRequest' });
  expect((await ask(page, 'payments')).body.code).toBe('service_unreachable');

  await backend.addFault({ ...fault, action: 'slowBody', durationMs: 400 });
  expect((await ask(page, 'payments')).status).toBe(200);
  await backend.addFault({ ...fault, action: 'slowBody', durationMs: 60_000 });
  const started = Date.now();
  const { status, body } = await ask(page, 'payments');
  expect([status, body.code]).toEqual([504, 'service_timeout']);
  expect(Date.now() - started).toBeGreaterThan(7_900);
  expect(Date.now() - started).toBeLessThan(15_000);
  expect((await ask(page, 'payments')).status).toBe(200);
});

test('while the database does not answer, the services of other companies still do', async ({
  dashboard,
  signedInPage,
}) => {
  const page = await away(await signedInPage(amelia, password));
  expect((await ask(page, 'calendar')).status).toBe(200);
  await dashboard.backend.addFault({ on: 'request', service: 'rest', action: 'fail', status: 503 });
  expect((await ask(page, 'payments')).status).toBe(200);
  // Of a session that it has not seen it cannot tell whose data are theirs.
  const other = await away(await signedInPage(carla, password));
  await writeSession(other.context(), dashboard.appUrl, await freshSession(dashboard, carla));
  const { status, body } = await ask(other, 'payments');
  expect([status, body.code]).toEqual([503, 'backend_unavailable']);
});

test('one rule on one address takes both services from a page, and gives them back', async ({
  signedInPage,
}) => {
  const page = await away(await signedInPage(amelia, password));
  const fromPage = (service: string) =>
    page.evaluate(
      ([url, name]) =>
        fetch(url, { headers: { 'x-service': name } }).then(
          ({ status }) => status,
          () => 'failed',
        ),
      [path, service] as const,
    );
  expect(await Promise.all(['calendar', 'payments'].map(fromPage))).toEqual([200, 200]);
  await page.route(path, (route) => route.abort());
  expect(await Promise.all(['calendar', 'payments'].map(fromPage))).toEqual(['failed', 'failed']);
  await page.unroute(path);
  expect(await Promise.all(['calendar', 'payments'].map(fromPage))).toEqual([200, 200]);
});
