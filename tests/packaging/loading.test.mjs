// The package as it is loaded in a browser, and what is asked for before it is.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { migrationsDir, seedFile } from '../../scripts/lib/paths.mjs';
import { startModulePages } from './module-page.mjs';
import { failure, options, wedsync } from './page-names.mjs';

/** @type {Awaited<ReturnType<typeof startModulePages>>} */
let pages;

before(async () => {
  pages = await startModulePages({ migrations: migrationsDir, seed: seedFile });
});
after(() => pages.stop());

/** @type {Awaited<ReturnType<typeof startModulePages>>['inPage']} */
const inPage = (program, more) => pages.inPage(program, more);

test('`init` loads the module once, however often and by whomever it is called', async () => {
  const { result, fetched } = await inPage(async () => {
    const [first, second] = [wedsync.init(), wedsync.init()];
    await Promise.all([first, second, wedsync.createDashboard(options)]);
    return first === second;
  });
  assert.equal(result, true);
  assert.equal(fetched.filter((path) => path.endsWith('.wasm')).length, 1);
});

test('a wrong `wasmUrl` is told in a sentence, and a later call tries again', async () => {
  const { result } = await inPage(async () => {
    const error = await failure(wedsync.init({ wasmUrl: '/nowhere.wasm' }));
    await wedsync.init();
    return error;
  });
  assert.equal(result.code, 'module_unavailable');
  assert.match(result.message, /Check that it is served/);
  assert.ok(result.own && result.retryable);
});

test('scenario 20: a `wasmUrl` that answers with the application’s page is told as one, and a later call tries again', async () => {
  const html = {
    status: 200,
    contentType: 'text/html',
    body: '<!doctype html><title>The application</title>',
  };
  const { result, errors } = await inPage(
    async () => {
      const told = [
        await failure(wedsync.init({ wasmUrl: '/app/module.wasm' })),
        await failure(wedsync.createDashboard({ ...options, wasmUrl: '/app/module.wasm' })),
      ];
      const dashboard = await wedsync.createDashboard(options);
      await dashboard.realtime.subscribe('lobby', { channel: 'lobby', onData: () => {} });
      const isUp = dashboard.realtime.getConnectionStatus();
      await dashboard.close();
      return { told, isUp };
    },
    { prepare: (page) => page.route('**/app/module.wasm', (route) => route.fulfill(html)) },
  );
  for (const error of result.told) {
    assert.ok(error.own && error.retryable && error.code === 'module_unavailable', error.message);
    assert.match(error.message, /no page in its place/);
  }
  assert.deepEqual([result.isUp, errors], [true, []]);
});

test('bad options of `createDashboard` are errors of the one class, at the call', async () => {
  const { result } = await inPage(async () => [
    await failure(wedsync.createDashboard()),
    await failure(wedsync.createDashboard({ ...options, url: 'nonsense' })),
    await failure(wedsync.createDashboard({ ...options, key: undefined })),
    await failure(wedsync.createDashboard({ ...options, ulr: 'typo' })),
  ]);
  assert.deepEqual(
    result.map(({ own, code }) => [own, code]),
    [
      [true, 'invalid_option'],
      [true, 'invalid_url'],
      [true, 'missing_key'],
      [true, 'unknown_option'],
    ],
  );
});

test('a manager made before the module is there: getters say so, methods wait for it', async () => {
  const { result } = await inPage(async () => {
    const manager = new wedsync.RealtimeSubscriptionManager(options);
    const before = [manager.getConnectionStatus(), manager.getConnectionState(), manager.stats().frames];
    await manager.subscribe('lobby', { channel: 'lobby', onData() {} });
    return { before, after: [manager.getConnectionStatus(), manager.getConnectionState()] };
  });
  assert.deepEqual(result, { before: [false, 'idle', 0], after: [true, 'connected'] });
});

test('what is ended while the module still loads never begins', async () => {
  const { result } = await inPage(async () => {
    const manager = new wedsync.RealtimeSubscriptionManager(options);
    /** @type {string[]} */
    const statuses = [];
    const lobby = {
      channel: 'lobby',
      onData() {},
      onStatus: (/** @type {string} */ status) => statuses.push(status),
    };
    const ended = failure(manager.subscribe('a', lobby));
    await manager.unsubscribe('a');
    const stopped = failure(manager.subscribe('b', lobby));
    manager.disconnect();
    await wedsync.init();
    // A subscription made now would have its socket after those before it.
    await new wedsync.RealtimeSubscriptionManager(options).subscribe('c', { channel: 'lobby', onData() {} });
    return [(await ended).code, (await stopped).code, statuses, manager.getConnectionState()];
  });
  assert.deepEqual(result, ['unsubscribed', 'unsubscribed', ['closed', 'closed'], 'idle']);
});
