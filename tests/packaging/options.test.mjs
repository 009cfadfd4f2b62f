// What is refused at the call, with which words; the schemas of the installed package, without a browser.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { installedPackageDir } from '../../scripts/lib/paths.mjs';

/** @param {string} file @returns {Promise<any>} */
const part = (file) => import(pathToFileURL(join(installedPackageDir, 'options', `${file}.js`)).href);
const [{ checkedManager }, { checkedSubscription }, { contentOf, presenceStateOf }, token] =
  await Promise.all(['manager', 'subscription', 'payload', 'token'].map(part));

const url = 'https://project.supabase.co';
const onData = () => {};
const lone = 'a\ud800';
/** `{"role":"service_role"}` */
const service = 'e30.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2ln';

/** @param {object} more */
const manager = (more) => checkedManager({ url, key: 'key', ...more });
/** @param {object} more */
const subscription = (more) => checkedSubscription('id', { channel: 'test', onData, ...more });

/** @param {() => unknown} call @param {string} code @param {string} says */
function refuses(call, code, says) {
  assert.throws(call, (/** @type {any} */ error) => {
    assert.equal(error.name, 'DashboardError', String(error.stack));
    assert.equal(error.code, code, error.message);
    assert.ok(error.message.includes(says), `${error.message} does not say: ${says}`);
    return true;
  });
}

test('wrong options of a manager are named with what they must be', () => {
  for (const [given, code, says] of /** @type {[any, string, string][]} */ ([
    [undefined, 'invalid_option', 'takes an object of options'],
    ['url', 'invalid_option', 'takes an object of options'],
    [{ key: 'key' }, 'invalid_url', 'https://<project>.supabase.co'],
    [{ url: 'not a url', key: 'key' }, 'invalid_url', 'missing or no URL'],
    [{ url: 'ftp://x.example', key: 'key' }, 'invalid_url', 'missing or no URL'],
    [{ url }, 'missing_key', 'publishable (anon) key'],
    [{ url, key: ' ' }, 'missing_key', 'publishable (anon) key'],
  ])) {
    refuses(() => checkedManager(given), code, says);
  }
  for (const [given, code, says] of /** @type {[any, string, string][]} */ ([
    [{ urll: 'x' }, 'unknown_option', 'no option "urll". It knows: url, key'],
    [{ accessToken: 5 }, 'invalid_option', 'a function that returns one'],
    [{ heartbeatIntervalMs: Number.NaN }, 'invalid_option', 'whole number from 1000 to 50000'],
    [{ heartbeatIntervalMs: 60_000 }, 'invalid_option', 'whole number from 1000 to 50000'],
    [
      { joinTimeoutMs: '5' },
      'invalid_option',
      '"joinTimeoutMs" of RealtimeSubscriptionManager must be a whole number',
    ],
    [{ connectTimeoutMs: 0.5 }, 'invalid_option', 'whole number'],
    [{ reconnectBaseMs: null }, 'invalid_option', 'whole number'],
    [{ jitter: 'none' }, 'invalid_option', '"spaced", "full", "equal" or "decorrelated"'],
    [{ vsn: '1' }, 'invalid_option', '"1.0.0" or "2.0.0"'],
    [{ joinsPerSecond: 0 }, 'invalid_option', 'whole number from 1 to 10000'],
    [{ disconnectWhenIdleMs: -1 }, 'invalid_option', 'whole number from 0'],
    [{ onLog: true }, 'invalid_option', 'a function'],
    [{ reconnectBaseMs: 500, reconnectCapMs: 100 }, 'invalid_option', 'at least `reconnectBaseMs`'],
    [{ ['__proto__']: 1, constructor: 1 }, 'unknown_option', 'no option'],
  ])) {
    refuses(() => manager(given), code, says);
  }
});

test('the addresses are made of any project URL, and a key is never in an error', () => {
  for (const [given, socket, http] of /** @type {[string, string, string][]} */ ([
    ['https://project.supabase.co', 'wss://project.supabase.co', 'https://project.supabase.co'],
    ['http://127.0.0.1:54321/', 'ws://127.0.0.1:54321', 'http://127.0.0.1:54321'],
    ['wss://example.com/base/', 'wss://example.com/base', 'https://example.com/base'],
  ])) {
    const { socketUrl, projectUrl } = checkedManager({ url: given, key: ' a b&c ' });
    assert.equal(socketUrl, `${socket}/realtime/v1/websocket?apikey=a%20b%26c&vsn=2.0.0`);
    assert.equal(projectUrl, http);
  }
  assert.match(manager({ vsn: '1.0.0' }).socketUrl, /&vsn=1\.0\.0$/);
  for (const [wrongUrl, key] of [
    ['nonsense', 'secret-key'],
    ['secret-key', url],
  ]) {
    assert.throws(
      () => checkedManager({ url: wrongUrl, key }),
      (/** @type {Error} */ error) => !error.message.includes('secret-key'),
    );
  }
  for (const path of [
    '/realtime/v1',
    '/rest/v1/',
    '/realtime/v1//websocket',
    '/base//realtime//v1/websocket//',
  ]) {
    refuses(
      () => checkedManager({ url: url + path, key: 'key' }),
      'invalid_url',
      "one of the project's services",
    );
  }
});

test('a heartbeat interval that is given counts for both', () => {
  const { heartbeatIntervalMs, visibleHeartbeatIntervalMs } = manager({ heartbeatIntervalMs: 7_000 });
  assert.deepEqual([heartbeatIntervalMs, visibleHeartbeatIntervalMs], [7_000, 7_000]);
});

test('a token or key of any size, and a secret one, is not sent, whoever gives it', async () => {
  const [longest, longer] = ['x'.repeat(100_000), 'x'.repeat(100_001)];
  for (const option of ['key', 'accessToken']) {
    manager({ [option]: longest });
    refuses(() => manager({ [option]: longer }), 'invalid_option', '100,000 bytes');
    refuses(() => manager({ [option]: lone }), 'invalid_option', option);
    for (const secret of ['sb_secret_abc', ' sb_secret_abc', service]) {
      refuses(() => manager({ [option]: secret }), 'invalid_option', 'secret key');
    }
  }
  token.checkToken(null);
  token.checkToken(longest);
  refuses(() => token.checkToken(longer), 'invalid_option', 'setAuth takes');
  for (const odd of [5, '', ' sb_secret_abc', service, longer, lone, {}]) {
    const { accessToken } = manager({ accessToken: async () => odd });
    await assert.rejects(accessToken(), (/** @type {Error} */ error) => {
      assert.match(error.message, /^it returned neither a user's token nor null but /);
      return (
        error.message.length < 200 && !error.message.includes('sb_secret_') && !error.message.includes('e30.')
      );
    });
  }
  assert.equal(await manager({ accessToken: () => undefined }).accessToken(), null);
  assert.equal(await manager({ accessToken: () => 'token' }).accessToken(), 'token');
});

test('wrong options of a subscription are named with what they must be', () => {
  const columns = (/** @type {number} */ count) => Array.from({ length: count }, (_, index) => `c${index}`);
  for (const [given, code, says] of /** @type {[any, string, string][]} */ ([
    [{ channel: undefined }, 'invalid_option', '1 to 220 bytes'],
    [{ channel: '' }, 'invalid_option', 'a string that is not empty'],
    [{ channel: 'x'.repeat(221) }, 'invalid_option', '1 to 220 bytes'],
    [{ channel: 'é'.repeat(111) }, 'invalid_option', '1 to 220 bytes'],
    [{ channel: 'realtime:x' }, 'invalid_option', 'without the prefix'],
    [{ onData: undefined }, 'invalid_option', 'a function'],
    [{ onError: 1 }, 'invalid_option', 'a function'],
    [{ onDate: null }, 'unknown_option', 'no option "onDate"'],
    [{ table: 't', event: 'insert' }, 'invalid_option', 'INSERT, UPDATE, DELETE or *'],
    [{ table: 't', filter: 7 }, 'invalid_option', 'made by `filter()`'],
    [{ table: 't', filter: null }, 'invalid_option', 'made by `filter()`'],
    [{ schema: 's', filter: 'id=eq.1' }, 'invalid_option', 'together with `table`'],
    [{ table: 't', select: 'id' }, 'invalid_option', '1 to 1,000 names of columns'],
    [{ table: 't', select: columns(0) }, 'invalid_option', '1 to 1,000 names of columns'],
    [{ table: 't', select: columns(1_001) }, 'invalid_option', '1 to 1,000 names of columns'],
    [{ schema: 's', select: columns(1) }, 'invalid_option', 'one `table` of one `schema`'],
    [{ table: '*', select: columns(1) }, 'invalid_option', 'one `table` of one `schema`'],
    [{ table: 't', schema: '*', select: columns(1) }, 'invalid_option', 'one `table` of one `schema`'],
    [{ select: columns(1) }, 'invalid_option', 'together with `table`'],
    [{ filter: 'id=eq.1' }, 'invalid_option', 'together with `table`'],
    [{ table: 't', self: true }, 'invalid_option', 'about broadcasts'],
    [{ event: 'x'.repeat(256) }, 'invalid_option', 'at most 255 bytes'],
    [{ event: 'é'.repeat(128) }, 'invalid_option', 'at most 255 bytes'],
    [{ ack: 1 }, 'invalid_option', 'true or false'],
    [{ private: 'yes' }, 'invalid_option', 'true or false'],
    [{ maxReconnectAttempts: -1 }, 'invalid_option', 'whole number from 0'],
    [{ presence: 'yes' }, 'invalid_option', 'true, or an object'],
    [{ presence: { name: 'x' } }, 'unknown_option', 'no option "name". It knows: key, enabled'],
    [{ changes: [] }, 'invalid_option', '1 to 100 objects'],
    [{ changes: Array(101).fill({ table: 'a' }) }, 'invalid_option', '1 to 100 objects'],
    [{ changes: [{ event: 'INSERT' }] }, 'invalid_option', 'unless `schema` is given'],
    [{ replay: { since: 0 } }, 'invalid_option', 'private channels only'],
    [{ presence: true, table: 'x' }, 'invalid_option', 'left out with `presence`'],
    [{ presence: true, event: 'x' }, 'invalid_option', 'left out with `presence`'],
    [{ changes: [{ table: 'a' }], table: 'x' }, 'invalid_option', 'left out with `changes`'],
    [{ changes: [{ table: 'a' }], self: true }, 'invalid_option', 'about broadcasts'],
  ])) {
    refuses(() => subscription(given), code, says);
  }
  subscription({ channel: 'é'.repeat(110), event: `${'é'.repeat(127)}x` });
  subscription({ table: 't', select: columns(1_000) });
});

test('`deliver` is taken as the types say', () => {
  for (const [given, expected] of /** @type {[any, any][]} */ ([
    [{}, undefined],
    [{ deliver: 'each', presence: true }, undefined],
    [{ deliver: 'batch', presence: false }, 'batch'],
    [{ deliver: { latestBy: 'payload.id' } }, { by: ['payload', 'id'], everyMs: 0 }],
    [{ deliver: { latestBy: 'event', everyMs: 250 } }, { by: ['event'], everyMs: 250 }],
  ])) {
    assert.deepEqual(subscription(given).delivery, expected);
  }
  for (const [deliver, code, says] of /** @type {[any, string, string][]} */ ([
    ['all', 'invalid_option', '"each", "batch" or an object'],
    [[], 'invalid_option', '"each", "batch" or an object'],
    [null, 'invalid_option', '"each", "batch" or an object'],
    [{}, 'invalid_option', 'the path to the key'],
    [{ latestBy: '' }, 'invalid_option', 'a string that is not empty'],
    [{ latestBy: 'payload..id' }, 'invalid_option', 'the path to the key'],
    [{ latestBy: ['payload'] }, 'invalid_option', 'a string that is not empty'],
    [{ latestBy: 'a', everyMs: -1 }, 'invalid_option', 'from 0 to 3600000'],
    [{ latestBy: 'a', every: 1 }, 'unknown_option', 'no option "every". It knows: latestBy, everyMs'],
  ])) {
    refuses(() => subscription({ deliver }), code, says);
  }
  refuses(() => subscription({ deliver: 'batch', presence: true }), 'invalid_option', 'one by one');
});

test('a replay begins at a time that there is', () => {
  const replay = (/** @type {any} */ given) =>
    subscription({ private: true, replay: given }).subscription.replay;
  assert.deepEqual({ ...replay({ since: new Date(5_000) }) }, { since: 5_000, limit: 25 });
  assert.deepEqual({ ...replay({ since: 7, limit: 3 }) }, { since: 7, limit: 3 });
  for (const [given, says] of /** @type {[any, string][]} */ ([
    [{}, 'a Date, or milliseconds since 1970'],
    [{ since: '2026' }, 'a Date, or milliseconds since 1970'],
    [{ since: new Date(Number.NaN) }, 'a Date, or milliseconds since 1970'],
    [{ since: -1 }, 'a Date, or milliseconds since 1970'],
    [{ since: 0, limit: 26 }, 'whole number from 1 to 25'],
    [true, 'takes an object of options'],
  ])) {
    refuses(() => replay(given), 'invalid_option', says);
  }
});

test('conditions that mean nothing are refused', () => {
  for (const [filter, says] of /** @type {[any, string][]} */ ([
    [[7], 'not `{ column, operator, value }`'],
    [[{ operator: 'eq', value: 1 }], 'not `{ column, operator, value }`'],
    [[{ column: 'id', operator: 'eq' }], 'compares "id" by eq with something else'],
    [[{ column: 'id', operator: 'eq', value: Number.NaN }], 'a finite number'],
    [[{ column: 'id', operator: 'eq', value: {} }], 'something else than a string'],
    [[{ column: 'id', operator: 'eq', value: null }], 'Null is found by `is`'],
    [[{ column: 'id', operator: 'in', value: [1, null] }], 'Null is found by `is`'],
    [[{ column: 'id', operator: 'eq', value: 1, not: 'yes' }], 'neither true nor false'],
    [[{ column: 'd', operator: 'eq', value: new Date(Number.NaN) }], 'a valid Date'],
    [Array(1_001).fill({ column: 'id', operator: 'eq', value: 1 }), 'made by `filter()`'],
  ])) {
    refuses(() => subscription({ table: 't', filter }), 'invalid_option', `Option "filter" `);
    refuses(() => subscription({ changes: [{ table: 't', filter }] }), 'invalid_option', says);
  }
});

test('a text with a lone surrogate is refused wherever one is taken', () => {
  for (const [given, says] of /** @type {[any, string][]} */ ([
    [{ channel: lone }, '"channel"'],
    [{ event: lone }, '"event"'],
    [{ schema: lone }, '"schema"'],
    [{ table: lone }, '"table"'],
    [{ presence: { key: lone } }, '"key"'],
    [{ table: 't', filter: `id=eq.${lone}` }, '"filter"'],
    [{ table: 't', filter: [{ column: lone, operator: 'eq', value: 1 }] }, '"filter"'],
    [{ table: 't', filter: [{ column: 'id', operator: lone, value: 1 }] }, '"filter"'],
    [{ table: 't', filter: [{ column: 'id', operator: 'in', value: [lone] }] }, 'lone surrogate'],
    [{ table: 't', select: [lone] }, '"select"'],
    [{ changes: [{ table: lone }] }, '"table"'],
    [{ deliver: { latestBy: lone } }, '"latestBy"'],
    [{ deliver: lone }, '"deliver"'],
  ])) {
    refuses(() => subscription(given), 'invalid_option', says);
  }
  for (const option of ['vsn', 'jitter'])
    refuses(() => manager({ [option]: lone }), 'invalid_option', option);
  // The character that stands for one is a character like any other, and so is a pair.
  assert.equal(subscription({ channel: 'a\ufffd', event: '😀' }).subscription.channel, 'a\ufffd');
});

test('options that throw are refused by name', () => {
  const boom = () => {
    throw new TypeError('the application throws');
  };
  const thrower = new Proxy(
    {},
    Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((name) => [name, boom])),
  );
  refuses(() => checkedManager(thrower), 'invalid_option', 'cannot be read');
  refuses(() => checkedSubscription('id', thrower), 'invalid_option', 'cannot be read');
  for (const name of ['private', 'filter', 'changes', 'presence', 'deliver', 'onError', 'select']) {
    const given = Object.defineProperty({ table: 't', channel: 'x', onData }, name, {
      enumerable: true,
      get: boom,
    });
    refuses(() => checkedSubscription('id', given), 'invalid_option', name);
    refuses(
      () => checkedSubscription('id', { table: 't', channel: 'x', onData, [name]: thrower }),
      'invalid_option',
      name,
    );
  }
});

test('what is inherited counts, and what is checked is what is given to the module', () => {
  class Options {
    get channel() {
      return 'inherited';
    }
    onData() {}
  }
  assert.equal(checkedSubscription('id', new Options()).subscription.channel, 'inherited');
  let reads = 0;
  const counted = Object.defineProperty({ channel: 'x', onData }, 'private', {
    enumerable: true,
    get: () => {
      reads += 1;
      return reads === 1;
    },
  });
  assert.equal(checkedSubscription('id', counted).subscription.private, true);
});

test('a payload is taken whole, as it is at the call, or refused with what would be lost', () => {
  class Hidden {
    #x = 1;
    x() {
      return this.#x;
    }
  }
  const circle = /** @type {any} */ ({});
  circle.self = circle;
  for (const [payload, says] of /** @type {[any, string][]} */ ([
    [new Map([[1, 2]]), 'it is of the kind Map'],
    [{ photo: new Blob(['x']) }, '"photo" is of the kind Blob'],
    [[{ cause: new TypeError('x') }], '"cause" is of the kind Error'],
    [{ at: new Date(Number.NaN) }, '"at" is an invalid Date'],
    [{ n: Object(Number.NaN) }, '"n" is NaN'],
    [[undefined], '"0" is undefined'],
    [new Hidden(), 'without fields'],
    [{ n: 1n }, 'JSON can hold'],
    [circle, 'JSON can hold'],
    [undefined, 'JSON can hold'],
  ])) {
    refuses(() => contentOf(payload), 'invalid_option', says);
  }
  let calls = 0;
  const counted = contentOf({
    toJSON() {
      calls += 1;
      return { calls };
    },
  });
  assert.deepEqual(
    [counted, JSON.stringify(counted.value)],
    [{ value: { calls: 1 }, isBytes: false }, '{"calls":1}'],
  );
  assert.equal(JSON.stringify(contentOf(JSON.parse('{"__proto__":{"a":1}}')).value), '{"__proto__":{"a":1}}');
  for (const view of [
    new Uint8Array([1, 2]).buffer,
    new Uint8Array([0, 1, 2, 3]).subarray(1, 3),
    new DataView(new Uint8Array([0, 1, 2]).buffer, 1),
  ]) {
    const { value, isBytes } = contentOf(view);
    new Uint8Array(view instanceof ArrayBuffer ? view : view.buffer).fill(9);
    assert.deepEqual([isBytes, [...value]], [true, [1, 2]]);
  }
  for (const odd of [[], 'x', null, new Uint8Array(1)]) {
    refuses(() => presenceStateOf(odd), 'invalid_option', 'track takes an object');
  }
});

test("a payload over the server's limit is refused", () => {
  for (const [payload, isTaken] of /** @type {[any, boolean][]} */ ([
    ['x'.repeat(2_999_998), true],
    ['x'.repeat(2_999_999), false],
    ['é'.repeat(1_499_999), true],
    ['é'.repeat(1_500_000), false],
    ['😀'.repeat(749_999), true],
    ['😀'.repeat(750_000), false],
    [{ a: '€'.repeat(1_000_000) }, false],
    [new Uint8Array(3_000_000), true],
    [new ArrayBuffer(3_000_001), false],
  ])) {
    if (isTaken) contentOf(payload);
    else refuses(() => contentOf(payload), 'payload_too_large', '3,000,000 bytes');
  }
});
