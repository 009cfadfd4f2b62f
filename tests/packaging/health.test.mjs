// Health of the built package: what fails is told once, what is back too, and only one of a user's tabs asks.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { expect } from '@playwright/test';
import { startFailingServer } from './failing-server.mjs';
import { startTabs } from './tabs.mjs';
import { tokenOf } from './tokens.mjs';

/** @typedef {import('@playwright/test').Page} Page */

/* What runs in a tab. */
/** @type {any} */
const page = globalThis;

/** @type {Awaited<ReturnType<typeof startTabs>>} */
let tabs;
/** The project, and a service that the application adds. @type {Awaited<ReturnType<typeof startFailingServer>>} */
let project;
/** @type {Awaited<ReturnType<typeof startFailingServer>>} */
let calendar;
/** @type {import('@playwright/test').BrowserContext} */
let context;
before(async () => {
  tabs = await startTabs();
  [project, calendar] = [await startFailingServer(), await startFailingServer()];
});
after(async () => {
  await tabs.stop();
  await project.stop();
  await calendar.stop();
});
beforeEach(async () => {
  context = await tabs.browser.newContext();
  project.reply({});
  calendar.reply({});
});
afterEach(() => context.close());

/** What each tab has: a dashboard that asks every second, and the alerts that it was told. @param {{ url: string, place: string }} given */
function provide({ url, place }) {
  const page = /** @type {any} */ (globalThis);
  page.page = page;
  page.begin = async () => {
    const { createDashboard } = await import(`${page.location.origin}/index.js`);
    page.dashboard = await createDashboard({
      url,
      key: 'key',
      accessToken: () => page.tokenOf('amelia'),
      services: {
        calendar: {
          url: place,
          check: '/status',
          critical: true,
          retry: false,
          breaker: { timeout: 1_000, maxTimeout: 1_000, successes: 1 },
        },
      },
    });
    await page.dashboard.store.space();
    page.health = page.dashboard.health;
    page.alerts = [];
    page.health.onAlert((/** @type {unknown} */ alert) => page.alerts.push(alert));
    await page.health.startMonitoring(1_000);
  };
}

async function openTab() {
  const tab = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  tab.on('pageerror', ({ message }) => errors.push(message));
  await tab.addInitScript(`globalThis.tokenOf = ${tokenOf}`);
  await tab.addInitScript(provide, { url: project.url, place: calendar.url });
  await tab.goto(`${tabs.url}/index.js`);
  await tab.evaluate(() => page.begin());
  return Object.assign(tab, { errors });
}

/** @param {Page} tab @param {string} [name] */
const statusOf = (tab, name = 'calendar') =>
  tab.evaluate((name) => page.health.getHealthStatus().checks[name]?.status, name);
/** @param {Page} tab @param {string} name @returns {Promise<any[]>} */
const alertsOf = (tab, name) =>
  tab.evaluate((name) => page.alerts.filter((/** @type {any} */ alert) => alert.name === name), name);
const soon = { timeout: 25_000, intervals: [50] };

test('three failures make a service unhealthy and are told once; two successes bring it back, which is told too', async () => {
  const tab = await openTab();
  await expect.poll(() => statusOf(tab), soon).toBe('healthy');
  const [first] = calendar.asked;
  assert.deepEqual([first?.method, first?.path], ['HEAD', '/status']);
  calendar.reply({ status: 500 });
  await expect.poll(() => statusOf(tab), soon).toBe('unhealthy');
  assert.ok(calendar.asked.length >= 3, `after ${calendar.asked.length} failures`);
  assert.equal(await tab.evaluate(() => page.health.getOverallHealth()), 'unhealthy');
  // Somebody is told once it is certain that it is not the network.
  await expect.poll(async () => (await alertsOf(tab, 'calendar')).length, soon).toBeGreaterThan(0);
  await tab.waitForTimeout(2_500);
  const down = (await alertsOf(tab, 'calendar')).filter(({ status }) => status === 'unhealthy');
  assert.deepEqual(
    down.map(({ severity, recovery, reminder }) => [severity, recovery, reminder]),
    [['critical', false, false]],
  );
  calendar.reply({});
  await expect.poll(() => statusOf(tab), soon).toBe('healthy');
  assert.ok(calendar.asked.length >= 2, `after ${calendar.asked.length} successes`);
  await expect.poll(async () => (await alertsOf(tab, 'calendar')).at(-1)?.recovery, soon).toBe(true);
  assert.equal(await tab.evaluate(() => page.health.getOverallHealth()), 'healthy');
  assert.deepEqual(tab.errors, []);
});

test('without a network nothing is known of what depends on it, and nobody is told that all services fail', async () => {
  const tab = await openTab();
  await expect.poll(() => statusOf(tab), soon).toBe('healthy');
  await context.setOffline(true);
  await expect.poll(() => statusOf(tab), soon).toBe('unknown');
  await expect.poll(() => tab.evaluate(() => page.health.getHealthStatus().offline), soon).toBe(true);
  await expect.poll(() => statusOf(tab, 'database'), soon).toBe('unknown');
  // Longer than it takes until somebody is told of a service that fails.
  await tab.waitForTimeout(7_000);
  const told = await tab.evaluate(() => page.alerts.map((/** @type {any} */ { name }) => name));
  assert.ok(!told.includes('calendar') && !told.includes('database'), told.join());
  await context.setOffline(false);
  await expect.poll(() => statusOf(tab), soon).toBe('healthy');
});

test('of three tabs only the one that leads asks, the others show what it is told, and the next one goes on', async () => {
  const [first, second, third] = [await openTab(), await openTab(), await openTab()];
  for (const tab of [first, second, third]) await expect.poll(() => statusOf(tab), soon).toBe('healthy');
  calendar.reply({});
  await first.waitForTimeout(6_000);
  const asked = calendar.asked.length;
  assert.ok(asked >= 3 && asked <= 9, `${asked} questions within six seconds`);
  calendar.reply({ status: 500 });
  for (const tab of [first, second, third]) await expect.poll(() => statusOf(tab), soon).toBe('unhealthy');
  for (const tab of [first, second, third]) {
    await expect.poll(async () => (await alertsOf(tab, 'calendar')).length, soon).toBeGreaterThan(0);
  }
  const roles = [];
  for (const tab of [first, second, third])
    roles.push(await tab.evaluate(() => page.dashboard.realtime.getTabs().role));
  assert.equal(roles.filter((role) => role === 'leading').length, 1, roles.join());
  const leader = [first, second, third][roles.indexOf('leading')];
  await leader?.close();
  calendar.reply({});
  for (const tab of [first, second, third]) {
    if (tab !== leader) await expect.poll(() => statusOf(tab), soon).toBe('healthy');
  }
});

test('a check of the application’s that throws, hangs or answers oddly is unhealthy, and keeps nothing from going on', async () => {
  const tab = await openTab();
  await tab.evaluate(() => {
    const checks = {
      throws: () => {
        throw new Error('of the check');
      },
      'throws nothing': () => {
        throw undefined;
      },
      'throws what throws': () => {
        throw Object.defineProperty(new Error(), 'message', {
          get() {
            throw new Error('again');
          },
        });
      },
      'says no': () => false,
      'says so': () => ({ status: 'degraded', message: 'slow today' }),
      'says nonsense': () => ({ status: 'sideways', message: 7 }),
      nothing: () => {},
      'a number': () => 7,
    };
    for (const [name, check] of Object.entries(checks)) page.health.registerCheck(name, check);
    page.aborted = 0;
    page.health.registerCheck('hangs', {
      timeout: 200,
      check: (/** @type {AbortSignal} */ signal) =>
        new Promise(() => signal.addEventListener('abort', () => (page.aborted += 1))),
    });
    page.health.registerCheck('rejects late', {
      timeout: 100,
      check: () => new Promise((_, reject) => setTimeout(reject, 400, new Error('late'))),
    });
  });
  const statuses = () =>
    tab.evaluate(() =>
      Object.values(page.health.getHealthStatus().checks).map(
        (/** @type {any} */ { name, status, message }) => `${name}: ${status} ${message ?? ''}`.trim(),
      ),
    );
  const expected = [
    'throws: unhealthy of the check',
    'throws nothing: unhealthy The check has thrown what is no error.',
    'throws what throws: unhealthy The check has thrown what is no error.',
    'says no: unhealthy',
    'says so: degraded slow today',
    'says nonsense: unknown 7',
    'nothing: healthy',
    'a number: healthy',
    'calendar: healthy',
  ];
  await expect.poll(statuses, soon).toEqual(expect.arrayContaining(expected));
  await expect.poll(() => statusOf(tab, 'hangs'), soon).toBe('unhealthy');
  await expect.poll(() => statusOf(tab, 'rejects late'), soon).toBe('unhealthy');
  assert.ok((await tab.evaluate(() => page.aborted)) > 0);
  const codes = await tab.evaluate(async () => {
    const told = [];
    const end = page.health.registerCheck('mine', () => {});
    for (const call of [
      () => page.health.registerCheck('mine', () => {}),
      () => page.health.registerCheck('calendar', () => {}),
      () => page.health.registerCheck('network', () => {}),
      () => page.health.registerCheck('', () => {}),
      () => page.health.registerCheck('other', 7),
      () => page.health.registerCheck('other', { check() {}, failures: 0 }),
      () => page.health.registerCheck('other', { check() {}, typo: 0 }),
      () => page.health.history('nobody'),
      () => page.health.startMonitoring(10),
      () => page.health.startMonitoring(Number.NaN),
      () => page.health.sendAlerts('nobody', '/'),
      () => page.health.sendAlerts('calendar', 7),
      () => page.health.on('nothing', () => {}),
    ]) {
      told.push(
        await (async () => call())().then(
          () => 'taken',
          (/** @type {any} */ { code }) => code,
        ),
      );
    }
    end();
    end();
    page.health.registerCheck('mine', () => {});
    return told;
  });
  assert.deepEqual(codes, [
    ...Array(3).fill('already_registered'),
    ...Array(3).fill('invalid_option'),
    'unknown_option',
    'unknown_check',
    ...Array(2).fill('invalid_option'),
    'unknown_service',
    ...Array(2).fill('invalid_option'),
  ]);
  assert.deepEqual(tab.errors, []);
});

test('the past of a check and its alerts are there after the page was loaded again', async () => {
  const tab = await openTab();
  calendar.reply({ status: 500 });
  await expect.poll(() => statusOf(tab), soon).toBe('unhealthy');
  await expect.poll(() => tab.evaluate(() => page.health.alerts.length), soon).toBeGreaterThan(0);
  const before = await tab.evaluate(() => page.health.history('calendar'));
  assert.ok(before.recent.length >= 3 && before.day.unhealthyMs >= 0, JSON.stringify(before.day));
  await tab.reload();
  const began = Date.now();
  await tab.evaluate(() => page.begin());
  const kept = () =>
    tab.evaluate(async (began) => {
      const { day } = await page.health.history('calendar');
      const old = page.health.alerts.filter((/** @type {any} */ { at }) => at < began);
      return day.unhealthyMs + day.degradedMs + day.healthyMs > 0 && old.length > 0;
    }, began);
  await expect.poll(kept, soon).toBe(true);
});

test('a report has no token, no key and nobody’s address in it', async () => {
  const tab = await openTab();
  const report = await tab.evaluate(async () => {
    const secret = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbWVsaWEifQ.c2lnbmF0dXJl';
    page.health.registerCheck('mail of anna@rosewood.example', () => {
      throw new Error(
        `no mail for ben@lumen.example, +44 20 7946 0958, ${secret}, sb_secret_abc123, 51000000-0000-4000-8000-000000000001`,
      );
    });
    for (;;) {
      const { checks } = page.health.getHealthStatus();
      const isTold = page.health.alerts.length > 0;
      if (isTold && checks['mail of anna@rosewood.example'].status === 'unhealthy') break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return { text: JSON.stringify(await page.health.report()), secret };
  });
  for (const secret of [report.secret, 'anna@', 'ben@', '7946', 'sb_secret', '51000000-0000', 'amelia']) {
    assert.ok(!report.text.includes(secret), `${secret} in ${report.text}`);
  }
  const { status, at, alerts } = JSON.parse(report.text);
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000);
  assert.ok(status.checks.calendar && alerts.length > 0 && report.text.includes('[redacted]'));
});
