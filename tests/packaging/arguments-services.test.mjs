// Whatever is given to breakers, policies, services and health that cannot be: an error that names it, at the call.
import { after, before, test } from 'node:test';
import { holdsIn } from './holding.mjs';
import { place, register, startIntegrationPages } from './integration-pages.mjs';
import { oddities, outcome } from './oddities.mjs';
import { options, wedsync } from './page-names.mjs';

/** @type {Awaited<ReturnType<typeof startIntegrationPages>>} */
let pages;
before(async () => {
  pages = await startIntegrationPages();
});
after(() => pages.stop());

const functions = ['function', 'proxy of a function'];
const objects = ['undefined', '{}'];

test('every argument of breakers, retries and policies is checked at the call', async () => {
  await holdsIn(
    pages,
    async () => {
      const breaker = new wedsync.DashboardCircuitBreaker();
      const retry = new wedsync.RetryManager();
      const policy = new wedsync.DashboardPolicy();
      const well = async () => 1;
      /** @type {Record<string, (value: any) => unknown>} */
      const calls = {
        breaker: (value) => new wedsync.DashboardCircuitBreaker(value),
        'breaker detector': (value) => new wedsync.DashboardCircuitBreaker({ detector: value }),
        'breaker name': (value) => new wedsync.DashboardCircuitBreaker({ name: value }),
        'breaker monitor': (value) => new wedsync.DashboardCircuitBreaker({ monitor: value }),
        'breaker isFailure': (value) => new wedsync.DashboardCircuitBreaker({ isFailure: value }),
        'breaker execute': (value) => breaker.execute(value),
        'breaker execute options': (value) => breaker.execute(well, value),
        'breaker execute signal': (value) => breaker.execute(well, { signal: value }),
        'breaker wrap': (value) => breaker.wrap(value),
        'breaker onEvent': (value) => breaker.onEvent(value),
        retry: (value) => new wedsync.RetryManager(value),
        'retry jitter': (value) => new wedsync.RetryManager({ jitter: value }),
        'retry onRetry': (value) => new wedsync.RetryManager({ onRetry: value }),
        'retry execute': (value) => retry.execute(value),
        'retry execute options': (value) => retry.execute(well, value),
        policy: (value) => new wedsync.DashboardPolicy(value),
        'policy breaker': (value) => new wedsync.DashboardPolicy({ breaker: value }),
        'policy retry': (value) => new wedsync.DashboardPolicy({ retry: value }),
        'policy execute': (value) => policy.execute(value),
        'policy execute options': (value) => policy.execute(well, value),
        'policy idempotent': (value) => policy.execute(well, { idempotent: value }),
        'policy fallbacks': (value) => policy.execute(well, { fallbacks: value }),
      };
      /** @type {Record<string, Record<string, string>>} */
      const results = {};
      for (const [name, call] of Object.entries(calls)) {
        results[name] = {};
        for (const [odd, value] of Object.entries(oddities()))
          results[name][odd] = await outcome(() => call(value));
      }
      return results;
    },
    {
      breaker: { names: /DashboardCircuitBreaker/, takes: objects },
      'breaker detector': { names: /detector/, takes: objects },
      'breaker name': { names: /"name"/, takes: ['undefined', 'x'] },
      'breaker monitor': { names: /"monitor"/, takes: ['undefined', ...functions] },
      'breaker isFailure': { names: /"isFailure"/, takes: ['undefined', ...functions] },
      'breaker execute': { names: /first argument/, takes: functions },
      'breaker execute options': {
        names: /last argument|"signal"/,
        takes: [...objects, 'new String', 'throwing getters'],
      },
      'breaker execute signal': { names: /"signal"/, takes: ['undefined', 'null'] },
      'breaker wrap': { names: /first argument/, takes: functions },
      'breaker onEvent': { names: /first argument/, takes: functions },
      retry: { names: /RetryManager/, takes: objects },
      'retry jitter': { names: /"jitter"/, takes: ['undefined', 'true'] },
      'retry onRetry': { names: /"onRetry"/, takes: ['undefined', ...functions] },
      'retry execute': { names: /first argument/, takes: functions },
      'retry execute options': {
        names: /last argument|"signal"/,
        takes: [...objects, 'new String', 'throwing getters'],
      },
      policy: { names: /DashboardPolicy/, takes: objects },
      'policy breaker': { names: /breaker/, takes: objects },
      'policy retry': { names: /retry/, takes: objects },
      'policy execute': { names: /first argument/, takes: functions },
      'policy execute options': {
        names: /last argument|"signal"/,
        takes: [...objects, 'new String', 'throwing getters'],
      },
      'policy idempotent': { names: /"idempotent"/, takes: ['undefined', 'true'] },
      'policy fallbacks': { names: /"fallbacks"/, takes: ['undefined', '[]'] },
    },
  );
});

test('and of services and health', async () => {
  await holdsIn(
    pages,
    async () => {
      const client = register();
      const dashboard = await wedsync.createDashboard(options);
      const { health } = dashboard;
      const listener = () => {};
      let names = 0;
      const named = () => {
        names += 1;
        return `name ${names}`;
      };
      const ask = (/** @type {object} */ init) =>
        client.request('calendar', '/days', { method: 'POST', ...init });
      /** @type {Record<string, (value: any) => unknown>} */
      const calls = {
        client: (value) => new wedsync.DashboardIntegrationClient(value),
        'client services': (value) => new wedsync.DashboardIntegrationClient({ services: value }),
        'client service': (value) => new wedsync.DashboardIntegrationClient({ services: { a: value } }),
        'register name': (value) => client.register(value, { url: place }),
        'register options': (value) => client.register(named(), value),
        'register url': (value) => client.register(named(), { url: value }),
        'register credentials': (value) => client.register(named(), { url: place, credentials: value }),
        'request name': (value) => client.request(value, '/days'),
        'request path': (value) => client.request('calendar', value),
        'request init': (value) => client.request('calendar', '/days', value),
        'request headers': (value) => ask({ headers: value }),
        'request json': (value) => ask({ json: value }),
        'request as': (value) => ask({ as: value }),
        'request key': (value) => ask({ idempotencyKey: value }),
        'request signal': (value) => ask({ signal: value }),
        'call name': (value) => client.call(value, listener),
        'call operation': (value) => client.call('calendar', value),
        'call options': (value) => client.call('calendar', listener, value),
        'fetch name': (value) => client.fetch(value),
        'status name': (value) => client.status(value),
        'client on name': (value) => client.on(value, listener),
        'client on listener': (value) => client.on('service', value),
        'health start': (value) => health.startMonitoring(value),
        'health check name': (value) => health.registerCheck(value, listener),
        'health check': (value) => health.registerCheck(named(), value),
        'health onAlert': (value) => health.onAlert(value),
        'health on name': (value) => health.on(value, listener),
        'health on listener': (value) => health.on('status', value),
        'health history': (value) => health.history(value === 'x' ? 'database' : value),
        'health sendAlerts service': (value) => health.sendAlerts(value, '/'),
        'health sendAlerts path': (value) => health.sendAlerts('database', value),
      };
      /** @type {Record<string, Record<string, string>>} */
      const results = {};
      for (const [name, call] of Object.entries(calls)) {
        results[name] = {};
        for (const [odd, value] of Object.entries(oddities()))
          results[name][odd] = await outcome(() => call(value));
      }
      await dashboard.close();
      return results;
    },
    {
      client: { names: /DashboardIntegrationClient/, takes: ['undefined', '{}'] },
      'client services': { names: /services|url|Service/, takes: ['undefined', '{}'] },
      'client service': { names: /Service "a"/ },
      'register name': { names: /first argument/, takes: ['x'] },
      'register options': { names: /Service "name/ },
      'register url': { names: /"url"/, takes: ['x'] },
      'register credentials': { names: /"credentials"/, takes: ['undefined', ...functions] },
      'request name': { names: /no service/, takes: ['x'] },
      'request path': { names: /second argument/, takes: ['x', 'empty text', 'lone surrogate'] },
      'request init': { names: /request/, takes: ['undefined', '{}', 'new String'] },
      'request headers': { names: /request/, takes: ['undefined', '{}', '[]', 'function'] },
      'request json': {
        names: /request/,
        takes: [
          'x',
          'empty text',
          'lone surrogate',
          '7',
          'NaN',
          'null',
          'undefined',
          '{}',
          '[]',
          'true',
          'symbol',
          'new String',
          'function',
        ],
      },
      'request as': { names: /"as"/, takes: ['undefined'] },
      'request key': { names: /"idempotencyKey"/, takes: ['undefined', 'x'] },
      'request signal': { names: /"signal"/, takes: ['undefined', 'null'] },
      'call name': { names: /no service/, takes: ['x'] },
      'call operation': { names: /first argument/, takes: functions },
      'call options': {
        names: /last argument|"signal"/,
        takes: [...objects, 'new String', 'throwing getters'],
      },
      'fetch name': { names: /no service/, takes: ['x'] },
      'status name': { names: /no service/, takes: ['x'] },
      'client on name': { names: /first argument/ },
      'client on listener': { names: /second argument/, takes: functions },
      'health start': { names: /first argument/, takes: ['undefined'] },
      'health check name': { names: /first argument/, takes: ['x'] },
      'health check': { names: /registerCheck/, takes: functions },
      'health onAlert': { names: /first argument/, takes: functions },
      'health on name': { names: /first argument/ },
      'health on listener': { names: /second argument/, takes: functions },
      'health history': { names: /no check/, takes: ['x'] },
      'health sendAlerts service': { names: /no service/ },
      'health sendAlerts path': { names: /second argument/, takes: ['x', 'empty text', 'lone surrogate'] },
    },
  );
});
