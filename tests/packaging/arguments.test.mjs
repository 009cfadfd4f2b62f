// Whatever is given to a public call that cannot be, by callers without TypeScript: an error that names it, at the call.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startModulePages } from './module-page.mjs';

/** @type {Awaited<ReturnType<typeof startModulePages>>} */
let pages;
before(async () => {
  pages = await startModulePages();
});
after(() => pages.stop());

/* What runs in the page. */
/** @type {any} */
const wedsync = undefined;
/** @type {any} */
const options = undefined;
/** @type {() => Record<string, any>} */
const oddities = () => ({});
/** @type {(work: () => unknown) => Promise<string>} */
const outcome = async () => '';
void [wedsync, options, oddities, outcome];

const nothing = ['undefined'];
const texts = ['x'];

/** @param {import('@playwright/test').Page} page */
async function prepare(page) {
  await page.evaluate(`
    globalThis.oddities = () => {
      const boom = () => { throw new TypeError('the application throws'); };
      const traps = Object.getOwnPropertyNames(Reflect).map((name) => [name, boom]);
      const getters = {};
      for (const name of ['channel', 'onData', 'url', 'key', 'wasmUrl', 'private', 'event', 'column', 'n', 'latestBy', 'since']) {
        Object.defineProperty(getters, name, { enumerable: true, get: boom });
      }
      const revoked = Proxy.revocable([], {});
      revoked.revoke();
      return {
        x: 'x',
        'empty text': '',
        'lone surrogate': '\\ud800',
        7: 7,
        NaN: NaN,
        null: null,
        undefined: undefined,
        '{}': {},
        '[]': [],
        true: true,
        symbol: Symbol('s'),
        'new String': new String('s'),
        function: () => {},
        bigint: 1n,
        'throwing proxy': new Proxy({}, Object.fromEntries(traps)),
        'proxy of a function': new Proxy(() => {}, Object.fromEntries(traps.filter(([name]) => name !== 'apply'))),
        'revoked proxy': revoked.proxy,
        'throwing getters': getters,
      };
    };
    // 'taken', or the error's code and message; what never settles, and any other error, by its name.
    globalThis.outcome = async (work) => {
      const late = new Promise((resolve) => setTimeout(resolve, 5_000, 'never settled'));
      const worked = (async () => work())().then(
        () => 'taken',
        (error) => error instanceof wedsync.DashboardError ? error.code + ': ' + error.message : 'foreign ' + error,
      );
      return Promise.race([worked, late]);
    };
  `);
}

/**
 * Each call in the page with each odd value: what is not among those it takes must be refused by name.
 * @param {() => Promise<Record<string, Record<string, string>>>} program
 * @param {Record<string, { names: RegExp, takes?: string[] }>} expected by call
 */
async function holds(program, expected) {
  const { result, errors } = await pages.inPage(program, { prepare });
  const problems = [];
  assert.deepEqual(Object.keys(result).sort(), Object.keys(expected).sort());
  for (const [call, outcomes] of Object.entries(result)) {
    const { names, takes = [] } = expected[call] ?? { names: /^$/ };
    for (const [value, outcome] of Object.entries(outcomes)) {
      const [, code = '', message = ''] = /^([a-z_]+): (.*)$/s.exec(outcome) ?? [];
      const isRefused =
        ['invalid_option', 'unknown_option', 'invalid_url', 'missing_key'].includes(code) &&
        names.test(message);
      if (takes.includes(value) ? outcome !== 'taken' : !isRefused)
        problems.push(`${call} with ${value}: ${outcome}`);
    }
  }
  assert.deepEqual(problems, []);
  assert.deepEqual(errors, [], 'nothing was thrown into the page');
}

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

test('a payload that JSON would not hold whole is refused, and says what of it', async () => {
  const { result } = await pages.inPage(
    async () => {
      const manager = new wedsync.RealtimeSubscriptionManager(options);
      /** @type {any[]} */
      const heard = [];
      await manager.subscribe('lobby', {
        channel: 'lobby',
        self: true,
        ack: true,
        onData: (/** @type {any} */ { payload }) => heard.push(payload),
      });
      class Point {
        x = 1;
        get y() {
          return 2;
        }
      }
      class Hidden {
        #secret = 1;
        secret() {
          return this.#secret;
        }
      }
      /** @type {any} */
      const circle = {};
      circle.self = circle;
      const buffer = new ArrayBuffer(1);
      structuredClone(buffer, { transfer: [buffer] });
      /** @type {any} */
      const { document } = globalThis;
      const elsewhere = document.body.appendChild(document.createElement('iframe')).contentWindow;
      /** @type {Record<string, any>} */
      const refused = {
        Map: new Map([[1, 2]]),
        Set: new Set([1]),
        Error: new TypeError('x'),
        DOMException: new DOMException('x'),
        Blob: new Blob(['x']),
        File: new File(['x'], 'x'),
        Promise: Promise.resolve(1),
        RegExp: /x/,
        'a symbol': Symbol('x'),
        'a function': () => 1,
        'a bigint': 1n,
        NaN: Number.NaN,
        'boxed NaN': Object(Number.NaN),
        Infinity: Number.POSITIVE_INFINITY,
        'invalid Date': new Date(Number.NaN),
        Uint8Array: { bytes: new Uint8Array(2) },
        ArrayBuffer: { bytes: new ArrayBuffer(2) },
        Event: new Event('x'),
        FormData: new FormData(),
        'without fields': new Hidden(),
        undefined: [undefined],
        JSON: circle,
        'Map of another realm': new elsewhere.Map(),
        'transferred bytes': buffer,
      };
      /** @type {Record<string, string>} */
      const told = {};
      for (const [name, value] of Object.entries(refused)) {
        told[name] = await outcome(() => manager.send('lobby', 'x', value));
        told[`${name} inside`] = await outcome(() =>
          manager.send('lobby', 'x', { list: [{ photo: value }] }),
        );
      }
      const taken = [
        { date: new Date(0), url: new URL('https://a.example/'), none: undefined, point: new Point() },
        Object.assign(Object.create(null), { a: 1 }),
        new elsewhere.Object(),
        [null, true, 'x', -1.5, new String('s'), Object(2)],
      ];
      for (const payload of taken) await manager.send('lobby', 'x', payload);
      return { told, heard };
    },
    { prepare },
  );
  for (const [name, outcome] of Object.entries(result.told)) {
    assert.match(outcome, /^invalid_option: .*payload/, name);
  }
  assert.match(result.told['Map inside'] ?? '', /"photo" is of the kind Map/);
  assert.match(result.told['a function inside'] ?? '', /"photo" is a function/);
  assert.deepEqual(result.heard, [
    { date: '1970-01-01T00:00:00.000Z', url: 'https://a.example/', point: { x: 1 } },
    { a: 1 },
    {},
    [null, true, 'x', -1.5, 's', 2],
  ]);
});

test('the address of one service and a secret key are refused at the call, and the key is in no message', async () => {
  const { result } = await pages.inPage(
    async () => {
      const jwt = (/** @type {object} */ claims) => `e30.${btoa(JSON.stringify(claims))}.c2ln`;
      const service = jwt({ role: 'service_role' });
      const make = (/** @type {object} */ more) =>
        outcome(() => wedsync.createDashboard({ ...options, ...more }));
      await wedsync.init();
      const manager = new wedsync.RealtimeSubscriptionManager(options);
      const urls = [
        '/realtime/v1',
        '/rest/v1/',
        '/auth/v1',
        '/storage/v1',
        '/functions/v1',
        '/realtime/v1/websocket',
        '/realtime/v1//websocket',
      ];
      return {
        service,
        urls: await Promise.all(urls.map((path) => make({ url: `https://project.supabase.co${path}` }))),
        below: await make({ url: 'https://example.com/supabase' }),
        keys: [await make({ key: 'sb_secret_abc' }), await make({ key: service })],
        anon: await make({ key: jwt({ role: 'anon' }) }),
        tokens: [
          await make({ accessToken: service }),
          await outcome(() => manager.setAuth(service)),
          await outcome(() => manager.setAuth('sb_secret_abc')),
          await outcome(() => manager.setAuth(' sb_secret_abc')),
        ],
      };
    },
    { prepare },
  );
  for (const told of result.urls) assert.match(told, /^invalid_url: `url` is the address of one of/);
  for (const told of result.keys) assert.match(told, /^invalid_option: `key` is a secret key/);
  for (const told of result.tokens) assert.match(told, /^invalid_option: .*secret key/);
  assert.deepEqual([result.below, result.anon], ['taken', 'taken']);
  for (const told of [...result.keys, ...result.tokens]) {
    assert.ok(!told.includes('sb_secret_') && !told.includes(result.service));
  }
});
