// Any call from any callback of breakers, policies, services and health: every promise settles, and nothing is thrown into the page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startIntegrationPages } from './integration-pages.mjs';

/** @type {Awaited<ReturnType<typeof startIntegrationPages>>} */
let pages;
before(async () => {
  pages = await startIntegrationPages();
});
after(() => pages.stop());

/** Runs in the page as a script. */
function script() {
  /** @type {any} */
  const page = globalThis;
  const within = (/** @type {number} */ millis, /** @type {Promise<unknown>} */ promise) =>
    Promise.race([promise, new Promise((resolve) => setTimeout(resolve, millis, 'late'))]);

  /** What a callback may ask for; each gives its promise, if it has one. */
  /** @type {Record<string, (player: any) => unknown>} */
  const calls = {
    close: ({ dashboard }) => dashboard.close(),
    request: ({ dashboard }) => dashboard.integrations.request('calendar', '/again'),
    'request of one that fails': ({ dashboard }) => dashboard.integrations.request('dead', '/again'),
    'register and call': ({ dashboard }) => {
      dashboard.integrations.register('another', { url: page.place });
      return dashboard.integrations.call('another', () => 1);
    },
    execute: ({ breaker }) => breaker.execute(() => 1),
    isolate: ({ breaker, dashboard }) => {
      breaker.isolate();
      dashboard.integrations.breaker('dead').isolate();
    },
    reset: ({ breaker, dashboard }) => {
      breaker.reset();
      dashboard.integrations.breaker('dead').reset();
    },
    reads: ({ breaker, dashboard }) => {
      breaker.getMetrics();
      dashboard.integrations.status('dead');
      dashboard.health.getHealthStatus();
      dashboard.health.alerts.at(0);
    },
    abort: ({ controller }) => controller.abort(),
    'another user': ({ dashboard }) => dashboard.realtime.setAuth(`e30.${btoa('{"sub":"somebody"}')}.c2ln`),
    stopMonitoring: ({ dashboard }) => dashboard.health.stopMonitoring(),
    'register a check': ({ dashboard }) => dashboard.health.registerCheck('another', () => true)(),
    report: ({ dashboard }) => dashboard.health.report(),
    'sign out': ({ dashboard }) => dashboard.signOut({ pending: 'discard' }),
  };

  page.play = async (/** @type {string} */ callback) => {
    const players = [];
    for (const [name, call] of Object.entries(calls)) players.push(await player(callback, name, call));
    const deadline = Date.now() + 12_000;
    while (players.some(({ wasCalled }) => !wasCalled()) && Date.now() < deadline) await page.pause(50);
    const told = [];
    for (const { name, promises, wasCalled, dashboard } of players) {
      for (const [what, promise] of promises) {
        if ((await within(12_000, promise)) === 'late') told.push(`${name}: ${what} never settled`);
      }
      if (!wasCalled()) told.push(`${name}: the callback was never called`);
      await dashboard.close();
    }
    // What is freed is freed in a later turn.
    await page.pause(50);
    return told;
  };

  /** A dashboard, a breaker and a policy that work and fail, whose `callback` asks once for `call`. */
  async function player(/** @type {string} */ callback, /** @type {string} */ name, /** @type {any} */ call) {
    let called = false;
    /** @type {[string, Promise<unknown>][]} */
    const promises = [];
    const keep = (/** @type {string} */ what, /** @type {() => unknown} */ work) =>
      promises.push([
        what,
        (async () => work())().then(
          () => 'fulfilled',
          () => 'rejected',
        ),
      ]);
    const controller = new AbortController();
    const { signal } = controller;
    /** @type {any} */
    const given = { controller };
    const hit = (/** @type {string} */ where, /** @type {unknown} */ answer = undefined) => {
      if (where === callback && !called && given.dashboard) {
        called = true;
        keep(`the call ${name}`, () => call(given));
      }
      return answer;
    };
    const failing = {
      breaker: {
        threshold: 2,
        timeout: 300,
        monitor: () => hit('monitor'),
        isFailure: () => hit('isFailure', true),
      },
      retry: {
        baseDelay: 5,
        maxRetries: 1,
        onRetry: () => hit('onRetry'),
        isRetryable: () => hit('isRetryable', true),
      },
    };
    given.breaker = new page.wedsync.DashboardCircuitBreaker(failing.breaker);
    const policy = new page.wedsync.DashboardPolicy(failing);
    given.dashboard = await page.wedsync.createDashboard({
      // A project of its own: what opens one's breakers would open all.
      url: `${page.place}/${encodeURIComponent(name)}`,
      key: 'key',
      tabs: 'alone',
      services: {
        calendar: {
          url: page.place,
          check: '/status',
          credentials: () => hit('credentials', { 'x-key': '1' }),
        },
        dead: {
          url: `${page.place}/dead`,
          ...failing,
          isFailure: () => hit('isFailure of a service', true),
        },
      },
    });
    const { dashboard, breaker } = given;
    const { integrations, health } = dashboard;
    breaker.onEvent(() => hit('onEvent'));
    integrations.on('service', () => hit('on service'));
    health.on('status', () => hit('on status'));
    health.registerCheck('own', () => hit('check', false));
    const down = () => {
      hit('operation');
      throw new Error('down');
    };
    for (let n = 0; n < 3; n += 1) {
      keep(`execute ${n}`, () => breaker.execute(down, { signal }));
      keep(`policy ${n}`, () => policy.execute(down, { signal, fallback: () => hit('fallback', 1) }));
      keep(`request ${n}`, () => integrations.request('calendar', `/${n}`, { signal }));
      keep(`request of one that fails ${n}`, () => integrations.request('dead', `/${n}`, { signal }));
      keep(`call ${n}`, () => integrations.call('dead', down, { signal, idempotent: true }));
    }
    keep('startMonitoring', () => health.startMonitoring(1_000));
    return { name, promises, wasCalled: () => called, dashboard };
  }
}

for (const callback of [
  'operation',
  'monitor',
  'onEvent',
  'isFailure',
  'isRetryable',
  'onRetry',
  'fallback',
  'credentials',
  'isFailure of a service',
  'on service',
  'on status',
  'check',
]) {
  test(`any call may come from \`${callback}\``, async () => {
    const program = /** @type {any} */ (`play(${JSON.stringify(callback)})`);
    const { result, errors } = await pages.inPage(program, {
      async prepare(page) {
        await page.addScriptTag({ content: `(${script})()` });
      },
    });
    assert.deepEqual(result, []);
    assert.deepEqual(errors, [], 'nothing was thrown into the page');
  });
}
