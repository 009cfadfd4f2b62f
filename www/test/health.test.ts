import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { byDatabase, byStatus, type Check, type Status } from '../src/lib/health/check.ts';
import { healthReports, overall } from '../src/lib/health/report.ts';
import { shared } from '../src/lib/health/shared.ts';

const healthy: Check = { status: 'healthy', latencyMs: 5 };
const degraded: Check = { status: 'degraded', latencyMs: 2_000 };
const unhealthy: Check = { status: 'unhealthy', latencyMs: null };

test('without the database nothing works, without anything else something does', () => {
  const cases: [Record<string, Check>, Status][] = [
    [{ database: healthy, auth: healthy }, 'healthy'],
    [{ database: healthy, auth: healthy, calendar: healthy, payments: healthy }, 'healthy'],
    [{ database: degraded, auth: healthy }, 'degraded'],
    [{ database: healthy, auth: unhealthy }, 'degraded'],
    [{ database: healthy, auth: healthy, calendar: unhealthy }, 'degraded'],
    [{ database: unhealthy, auth: healthy }, 'unhealthy'],
    [{ database: unhealthy, auth: unhealthy }, 'unhealthy'],
  ];
  for (const [checks, status] of cases) assert.equal(overall(checks), status, JSON.stringify(checks));
});

test('a refusal by the database itself shows that it lives, one by the gateway does not', () => {
  const cases: [number, string, Status][] = [
    [200, '[]', 'healthy'],
    [401, '{"code":"42501","message":"permission denied for table suppliers"}', 'healthy'],
    [401, '{"message":"Invalid API key"}', 'unhealthy'],
    [404, '{"code":"PGRST205","message":"not in the schema cache"}', 'unhealthy'],
    [503, '{"code":"PGRST002"}', 'unhealthy'],
    [503, '{"code":"57P03"}', 'unhealthy'],
    [429, '', 'degraded'],
  ];
  for (const [status, text, expected] of cases) assert.equal(byDatabase(status, text), expected, text);
  assert.deepEqual([200, 204, 302, 404, 429, 500].map(byStatus), [
    ...['healthy', 'healthy', 'unhealthy', 'unhealthy', 'degraded', 'unhealthy'],
  ]);
});

test('many who ask at once share one read, and its result for a while', async () => {
  let now = 0;
  let reads = 0;
  let finish = (): void => {};
  const ask = shared(
    2_000,
    async () => {
      reads += 1;
      const read = reads;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return read;
    },
    () => now,
  );
  const first = Array.from({ length: 100 }, () => ask());
  now = 5_000;
  // However long it takes, nobody begins a second one.
  const late = ask();
  finish();
  assert.deepEqual(new Set(await Promise.all([...first, late])), new Set([1]));
  now = 6_999;
  assert.equal(await ask(), 1);
  now = 7_000;
  const second = ask();
  finish();
  assert.equal(await second, 2);
  assert.equal(reads, 2);
});

test('a read that fails is not kept', async () => {
  let reads = 0;
  const ask = shared(2_000, async () => {
    reads += 1;
    throw new Error(`read ${reads}`);
  });
  await assert.rejects(ask(), /read 1/);
  await assert.rejects(ask(), /read 2/);
});

/** A backend and a calendar that a test can break, and what they were asked. */
async function serving(
  use: (server: { url: string; broken: Set<string>; asked: string[] }) => Promise<void>,
) {
  const broken = new Set<string>();
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const isBroken = [...broken].some((path) => url.startsWith(path));
    if (isBroken) response.writeHead(500).end('secret-key at 10.0.0.7');
    else response.end('[]');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, broken, asked });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a report asks each part once, whoever asks for it, and tells no addresses, keys or errors', async () => {
  await serving(async ({ url, broken, asked }) => {
    const environment = {
      ...{ SUPABASE_URL: url, SUPABASE_ANON_KEY: 'secret-key' },
      ...{ CALENDAR_URL: `${url}/calendar`, CALENDAR_KEY: 'secret-key' },
    };
    const whole = healthReports(environment);
    const reports = await Promise.all(Array.from({ length: 20 }, () => whole()));
    assert.equal(new Set(reports).size, 1);
    assert.deepEqual(asked.sort(), [
      '/auth/v1/health',
      '/calendar/status',
      '/rest/v1/suppliers?select=id&limit=1',
    ]);
    const [report] = reports;
    assert.equal(report?.status, 'healthy');
    assert.deepEqual(Object.keys(report?.checks ?? {}), ['database', 'auth', 'calendar']);
    assert.ok(Math.abs(Date.parse(report?.at ?? '') - Date.now()) < 10_000);

    for (const [path, name, status] of [
      ['/rest', 'database', 'unhealthy'],
      ['/auth', 'auth', 'degraded'],
      ['/calendar', 'calendar', 'degraded'],
    ] as const) {
      broken.clear();
      broken.add(path);
      const found = await healthReports(environment)();
      assert.equal(found.status, status, path);
      for (const [other, check] of Object.entries(found.checks)) {
        assert.equal(check.status, other === name ? 'unhealthy' : 'healthy', `${path} ${other}`);
      }
      assert.doesNotMatch(JSON.stringify(found), /secret|127\.0\.0\.1|10\.0\.0\.7/);
    }
  });
});

test('what is not set up as it should be is not there, and what is not used is not named', async () => {
  const none = await healthReports({})();
  assert.deepEqual([none.status, none.checks], ['unhealthy', { database: unhealthy, auth: unhealthy }]);
  await serving(async ({ url }) => {
    const half = { SUPABASE_URL: url, SUPABASE_ANON_KEY: 'key', PAYMENTS_URL: url };
    const found = await healthReports(half)();
    assert.equal(found.status, 'degraded');
    assert.deepEqual(found.checks.payments, unhealthy);
    assert.equal(found.checks.calendar, undefined);
  });
});
