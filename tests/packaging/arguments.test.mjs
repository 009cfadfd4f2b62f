// Whatever is given to a public call that cannot be, by callers without TypeScript: an error that names it, at the call.
import { after, before, test } from 'node:test';
import { holdsIn } from './holding.mjs';
import { startModulePages } from './module-page.mjs';
import { oddities, outcome } from './oddities.mjs';
import { options, wedsync } from './page-names.mjs';

/** @type {Awaited<ReturnType<typeof startModulePages>>} */
let pages;
before(async () => {
  pages = await startModulePages();
});
after(() => pages.stop());

const nothing = ['undefined'];
const texts = ['x'];

/**
 * @param {() => Promise<Record<string, Record<string, string>>>} program
 * @param {import('./holding.mjs').Expected} expected by call
 */
const holds = (program, expected) => holdsIn(pages, program, expected);

test('every argument of every method of a manager is checked at the call, and none traps or pends', async () => {
  await holds(
    async () => {
      const manager = new wedsync.RealtimeSubscriptionManager(options);
      await manager.subscribe('lobby', { channel: 'lobby', onData() {} });
      await manager.subscribe('team', { channel: 'team', presence: true, onData() {} });
      const valid = { channel: 'lobby', onData() {} };
      const listener = () => {};
      /** @type {Record<string, (value: any) => unknown>} */
      const calls = {
        'subscribe id': (value) => {
          const subscribed = manager.subscribe(value, valid);
          return value === 'x' ? subscribed.then(() => manager.unsubscribe('x')) : subscribed;
        },
        'subscribe options': (value) => manager.subscribe('y', value),
        'unsubscribe id': (value) => manager.unsubscribe(value),
        'send id': (value) => manager.send(value === 'x' ? 'lobby' : value, 'event', null),
        'send event': (value) => manager.send('lobby', value, null),
        'send payload': (value) => manager.send('lobby', 'event', value),
        'httpSend channel': (value) => manager.httpSend(value, 'event', {}),
        'httpSend event': (value) => manager.httpSend('lobby', value, {}),
        'httpSend payload': (value) => manager.httpSend('lobby', 'event', value),
        'httpSend options': (value) => manager.httpSend('lobby', 'event', {}, value),
        'httpSend private': (value) =>
          manager.httpSend('lobby', 'event', {}, { private: value === true ? false : value }),
        'track id': (value) => manager.track(value === 'x' ? 'team' : value, {}),
        'track state': (value) => manager.track('team', value),
        'untrack id': (value) => manager.untrack(value === 'x' ? 'team' : value),
        'presenceState id': (value) => manager.presenceState(value),
        'setAuth token': (value) => manager.setAuth(value === 'x' ? null : value),
        'on name': (value) => manager.on(value === 'x' ? 'connected' : value, listener),
        'on listener': (value) => manager.on('connected', value),
        'once name': (value) => manager.once(value === 'x' ? 'connected' : value, listener),
        'once listener': (value) => manager.once('connected', value),
        'off name': (value) => manager.off(value === 'x' ? 'connected' : value, listener),
        'off listener': (value) => manager.off('connected', value),
        'onConnectionState listener': (value) => manager.onConnectionState(value),
      };
      /** @type {Record<string, Record<string, string>>} */
      const results = {};
      for (const [name, call] of Object.entries(calls)) {
        results[name] = {};
        // At the sixth call of presence in half a minute the next would wait.
        const isLimited = name.startsWith('track') || name.startsWith('untrack');
        for (const [odd, value] of Object.entries(oddities())) {
          if (isLimited && ['x', '{}'].includes(odd) && name !== 'track state') continue;
          results[name][odd] = await outcome(() => call(value));
        }
      }
      // It serves on.
      await manager.send('lobby', 'event', null);
      // What a borrowed object is left with shows when it is freed.
      manager.close();
      await new Promise((resolve) => setTimeout(resolve, 0));
      return results;
    },
    {
      'subscribe id': { names: /first argument/, takes: texts },
      'subscribe options': { names: /subscribe (takes|has)|"channel"/ },
      'unsubscribe id': { names: /first argument/, takes: texts },
      'send id': { names: /first argument/, takes: texts },
      'send event': { names: /second argument/, takes: texts },
      'send payload': {
        names: /payload/,
        takes: ['x', 'empty text', 'lone surrogate', '7', 'null', '{}', '[]', 'true', 'new String'],
      },
      'httpSend channel': { names: /first argument/, takes: texts },
      'httpSend event': { names: /second argument/, takes: texts },
      'httpSend payload': { names: /payload|third argument/, takes: ['{}'] },
      'httpSend options': { names: /httpSend/, takes: ['undefined', '{}'] },
      'httpSend private': { names: /"private"/, takes: ['undefined', 'true'] },
      'track id': { names: /first argument/ },
      'track state': { names: /payload|second argument/, takes: ['{}'] },
      'untrack id': { names: /first argument/ },
      'presenceState id': { names: /first argument/, takes: texts },
      'setAuth token': { names: /setAuth takes/, takes: ['x', 'null'] },
      'on name': { names: /first argument/, takes: texts },
      'on listener': { names: /second argument/, takes: ['function', 'proxy of a function'] },
      'once name': { names: /first argument/, takes: texts },
      'once listener': { names: /second argument/, takes: ['function', 'proxy of a function'] },
      'off name': { names: /first argument/, takes: texts },
      'off listener': { names: /second argument/, takes: ['function', 'proxy of a function'] },
      'onConnectionState listener': { names: /first argument/, takes: ['function', 'proxy of a function'] },
    },
  );
});

test('so is every option of a subscription', async () => {
  const either = ['undefined', 'true'];
  const callback = { names: /"on[A-Z]/, takes: ['undefined', 'function', 'proxy of a function'] };
  const optionNames = {
    channel: { names: /"channel"/, takes: texts },
    event: { names: /"event"/, takes: ['undefined', 'x'] },
    schema: { names: /"schema"/, takes: ['undefined', 'x'] },
    table: { names: /"table"/, takes: ['undefined', 'x'] },
    filter: { names: /filter/, takes: ['undefined', 'empty text', '[]'] },
    select: { names: /"select"/, takes: nothing },
    private: { names: /"private"/, takes: either },
    self: { names: /"self"/, takes: either },
    ack: { names: /"ack"/, takes: either },
    replay: { names: /"replay"|`replay`|"since"/, takes: nothing },
    replicationReady: { names: /"replicationReady"/, takes: either },
    presence: { names: /"presence"|`presence`/, takes: ['undefined', '{}', 'true'] },
    changes: { names: /"changes"/, takes: nothing },
    deliver: { names: /deliver|"latestBy"/, takes: nothing },
    autoReconnect: { names: /"autoReconnect"/, takes: either },
    maxReconnectAttempts: { names: /"maxReconnectAttempts"/, takes: ['undefined', '7'] },
    onData: { names: /"onData"/, takes: ['function', 'proxy of a function'] },
    onError: callback,
    onStatus: callback,
    onContinuity: callback,
    onSystem: callback,
  };
  await holds(async () => {
    const manager = new wedsync.RealtimeSubscriptionManager(options);
    await wedsync.init();
    const names =
      'channel event schema table filter select private self ack replay replicationReady presence changes deliver ' +
      'autoReconnect maxReconnectAttempts onData onError onStatus onContinuity onSystem';
    /** @type {Record<string, Record<string, string>>} */
    const results = {};
    for (const name of names.split(' ')) {
      results[name] = {};
      for (const [odd, value] of Object.entries(oddities())) {
        const table = ['filter', 'select'].includes(name) ? { table: 't' } : {};
        const subscribed = manager.subscribe('x', {
          channel: 'x',
          onData() {},
          ...table,
          ...(name === 'replay' && { private: true }),
          [name]: value,
        });
        // One that is taken ends at once.
        void manager.unsubscribe('x');
        const told = await outcome(() => subscribed);
        results[name][odd] = told.startsWith('unsubscribed') ? 'taken' : told;
      }
    }
    manager.close();
    return results;
  }, optionNames);
});

test('and of a manager, of `init` and of `createDashboard`', async () => {
  const millis = { names: /Ms"/, takes: nothing };
  const tap = { names: /"on(Log|Traffic)"/, takes: ['undefined', 'function', 'proxy of a function'] };
  await holds(
    async () => {
      await wedsync.init();
      /** @type {Record<string, Record<string, string>>} */
      const results = {};
      const run = async (/** @type {string} */ name, /** @type {(value: any) => unknown} */ call) => {
        results[name] = {};
        for (const [odd, value] of Object.entries(oddities()))
          results[name][odd] = await outcome(() => call(value));
      };
      await run('init', (value) => wedsync.init(value));
      await run('init wasmUrl', (value) => wedsync.init({ wasmUrl: value }));
      await run('createDashboard', (value) => wedsync.createDashboard(value));
      await run('manager', (value) => new wedsync.RealtimeSubscriptionManager(value));
      const names =
        'url key accessToken supabase heartbeatIntervalMs joinTimeoutMs connectTimeoutMs reconnectBaseMs ' +
        'reconnectCapMs jitter vsn joinsPerSecond pushTimeoutMs httpTimeoutMs disconnectWhenIdleMs onLog onTraffic wasmUrl';
      for (const name of names.split(' ')) {
        await run(name, async (value) =>
          (await wedsync.createDashboard({ ...options, [name]: value })).close(),
        );
      }
      return results;
    },
    {
      init: { names: /init/, takes: ['undefined', '{}'] },
      'init wasmUrl': { names: /"wasmUrl"/, takes: ['undefined', 'x'] },
      createDashboard: { names: /createDashboard|RealtimeSubscriptionManager has|`key`/ },
      manager: { names: /RealtimeSubscriptionManager|`key`/ },
      url: { names: /`url`/ },
      key: { names: /key/, takes: texts },
      accessToken: {
        names: /"accessToken"/,
        takes: ['undefined', 'x', 'null', 'function', 'proxy of a function'],
      },
      supabase: { names: /`supabase`/, takes: nothing },
      heartbeatIntervalMs: millis,
      joinTimeoutMs: millis,
      connectTimeoutMs: millis,
      reconnectBaseMs: { names: /"reconnectBaseMs"/, takes: ['undefined', '7'] },
      reconnectCapMs: { names: /"reconnectCapMs"/, takes: nothing },
      jitter: { names: /"jitter"/, takes: nothing },
      vsn: { names: /"vsn"/, takes: nothing },
      joinsPerSecond: { names: /"joinsPerSecond"/, takes: ['undefined', '7'] },
      pushTimeoutMs: millis,
      httpTimeoutMs: millis,
      disconnectWhenIdleMs: { names: /"disconnectWhenIdleMs"/, takes: ['undefined', '7'] },
      onLog: tap,
      onTraffic: tap,
      wasmUrl: { names: /"wasmUrl"/, takes: ['undefined', 'x'] },
    },
  );
});

test('a filter of nonsense is made without a throw and refused where it is subscribed with', async () => {
  await holds(
    async () => {
      const manager = new wedsync.RealtimeSubscriptionManager(options);
      await wedsync.init();
      /** @type {Record<string, (value: any) => any>} */
      const filters = {
        column: (value) => wedsync.filter().eq(value, 1),
        value: (value) => wedsync.filter().eq('id', value),
        values: (value) => wedsync.filter().in('id', value),
        'value of many': (value) => wedsync.filter().in('id', [value]),
        pattern: (value) => wedsync.filter().like('id', value),
        condition: (value) => [value],
        operator: (value) => [{ column: 'id', operator: value, value: 1 }],
        not: (value) => [{ column: 'id', operator: 'eq', value: 1, not: value }],
        conditions: (value) => ({ conditions: value }),
      };
      /** @type {Record<string, Record<string, string>>} */
      const results = {};
      for (const [name, made] of Object.entries(filters)) {
        results[name] = {};
        for (const [odd, value] of Object.entries(oddities())) {
          const told = await outcome(() => {
            const filter = made(value);
            const subscribed = manager.subscribe('x', { channel: 'x', table: 't', filter, onData() {} });
            void manager.unsubscribe('x');
            return subscribed;
          });
          results[name][odd] = told.startsWith('unsubscribed') ? 'taken' : told;
        }
      }
      manager.close();
      return results;
    },
    {
      column: { names: /filter/, takes: texts },
      value: { names: /"id"/, takes: ['x', 'empty text', '7', 'true', 'bigint'] },
      values: { names: /"id"|\bin\b/, takes: [] },
      'value of many': { names: /"id"/, takes: ['x', 'empty text', '7', 'true', 'bigint'] },
      pattern: { names: /"id"/, takes: ['x', 'empty text', '7', 'true', 'bigint'] },
      condition: { names: /condition/ },
      operator: { names: /operator|condition/ },
      not: { names: /`not`/, takes: ['undefined', 'true'] },
      conditions: { names: /filter/, takes: ['[]'] },
    },
  );
});
