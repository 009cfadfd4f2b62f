// Payloads, keys and tokens that no call takes, by callers without TypeScript: an error that says what of them, at the call.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startModulePages } from './module-page.mjs';
import { outcome, prepare } from './oddities.mjs';
import { options, wedsync } from './page-names.mjs';

/** @type {Awaited<ReturnType<typeof startModulePages>>} */
let pages;
before(async () => {
  pages = await startModulePages();
});
after(() => pages.stop());

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
