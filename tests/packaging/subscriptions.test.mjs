// Subscriptions of the package’s own face in a browser, against the embedded backend: what begins them, ends them and
// refuses them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { migrationsDir, seedFile } from '../../scripts/lib/paths.mjs';
import { startModulePages } from './module-page.mjs';
import { event, failure, options, wedsync } from './page-names.mjs';

/** @type {Awaited<ReturnType<typeof startModulePages>>} */
let pages;

before(async () => {
  pages = await startModulePages({ migrations: migrationsDir, seed: seedFile });
});
after(() => pages.stop());

const control = (/** @type {string} */ path, /** @type {object} */ body) => pages.control(path, body);
/** @type {Awaited<ReturnType<typeof startModulePages>>['inPage']} */
const inPage = (program, more) => pages.inPage(program, more);

/* What runs in the page. */
/** @type {() => Promise<void>} exposed by the tests that need it */
const cut = async () => {};
void cut;

test('the same id with the same options joins once and takes the newer callback', async () => {
  const { result } = await inPage(async () => {
    const [one, two] = [0, 0].map(() => new wedsync.RealtimeSubscriptionManager(options));
    /** @type {string[]} */
    const heard = [];
    await one.subscribe('lobby', { channel: 'lobby', onData: () => heard.push('former') });
    const said = new Promise((resolve) => {
      void one.subscribe('lobby', { channel: 'lobby', onData: resolve });
    });
    await two.subscribe('lobby', { channel: 'lobby', onData() {} });
    await two.send('lobby', 'hello', { from: 'two' });
    const { event, payload } = await said;
    return { joins: one.stats().joins, heard, event, payload };
  });
  assert.deepEqual(result, { joins: 1, heard: [], event: 'hello', payload: { from: 'two' } });
});

test('unsubscribing before live rejects the promise, and `send` without a live channel its own', async () => {
  const { result } = await inPage(async () => {
    const manager = new wedsync.RealtimeSubscriptionManager(options);
    await wedsync.init();
    const subscribed = failure(manager.subscribe('lobby', { channel: 'lobby', onData() {} }));
    await Promise.resolve();
    const sent = await failure(manager.send('lobby', 'x', null));
    await manager.unsubscribe('lobby');
    return [(await subscribed).code, sent.code, (await failure(manager.send('lobby', 'x', null))).code];
  });
  assert.deepEqual(result, ['unsubscribed', 'not_joined', 'unknown_subscription']);
});

test('a subscription that has used up its attempts is told, failed and forgotten', async () => {
  const { result } = await inPage(
    async () => {
      const manager = new wedsync.RealtimeSubscriptionManager(options);
      /** @type {string[]} */
      const statuses = [];
      await manager.subscribe('lobby', {
        channel: 'lobby',
        maxReconnectAttempts: 1,
        onData() {},
        onStatus: (/** @type {string} */ status) => statuses.push(status),
      });
      const gaveUp = event(manager, 'max-reconnect-attempts');
      await cut();
      const { id } = await gaveUp;
      return { id, statuses };
    },
    { prepare: (page) => page.exposeFunction('cut', () => control('/sockets/cut', { forMs: null })) },
  );
  await control('/sockets/restore', {});
  assert.deepEqual(result, { id: 'lobby', statuses: ['joining', 'live', 'reconnecting', 'failed'] });
});

test('`disconnect` ends everything, and a later `subscribe` begins anew', async () => {
  const { result } = await inPage(async () => {
    const manager = new wedsync.RealtimeSubscriptionManager(options);
    /** @type {string[]} */
    const statuses = [];
    const lobby = {
      channel: 'lobby',
      onData() {},
      onStatus: (/** @type {string} */ status) => statuses.push(status),
    };
    await manager.subscribe('lobby', lobby);
    manager.disconnect();
    const rested = [manager.getConnectionState(), [...statuses]];
    await manager.subscribe('lobby', lobby);
    return { rested, state: manager.getConnectionState() };
  });
  assert.deepEqual(result.rested, ['idle', ['joining', 'live', 'closed']]);
  assert.equal(result.state, 'connected');
});

test('`disconnect` right after `subscribe` ends it', async () => {
  const { result } = await inPage(async () => {
    await wedsync.init();
    const manager = new wedsync.RealtimeSubscriptionManager(options);
    const subscribed = failure(manager.subscribe('lobby', { channel: 'lobby', onData() {} }));
    manager.disconnect();
    return [(await subscribed).code, manager.getConnectionState()];
  });
  assert.deepEqual(result, ['unsubscribed', 'idle']);
});

test('a closed dashboard stays closed', async () => {
  const { result } = await inPage(async () => {
    const { realtime, close } = await wedsync.createDashboard(options);
    await realtime.subscribe('lobby', { channel: 'lobby', onData() {} });
    await close();
    const again = await failure(realtime.subscribe('lobby', { channel: 'lobby', onData() {} }));
    return [again.code, realtime.getConnectionState(), realtime.stats().frames];
  });
  assert.deepEqual(result, ['closed', 'idle', 0]);
});

test('options that contradict another subscription fail the call and leave what the id stood for', async () => {
  const { result } = await inPage(async () => {
    const [one, two] = [0, 0].map(() => new wedsync.RealtimeSubscriptionManager(options));
    const heard = new Promise((resolve) => {
      void one.subscribe('x', {
        channel: 'lobby',
        onData: (/** @type {{ event: string }} */ { event }) => resolve(event),
      });
    });
    await one.subscribe('y', { channel: 'hall', onData() {} });
    await one.subscribe('z', { channel: 'lobby', onData() {} });
    const { code } = await failure(one.subscribe('x', { channel: 'hall', private: true, onData() {} }));
    await two.subscribe('lobby', { channel: 'lobby', onData() {} });
    await two.send('lobby', 'still heard', null);
    return [code, await heard];
  });
  assert.deepEqual(result, ['topic_conflict', 'still heard']);
});

test('`connect` opens the socket ahead of the first subscription, and `getSubscriptions` lists what there is', async () => {
  const { result } = await inPage(async () => {
    const manager = new wedsync.RealtimeSubscriptionManager(options);
    const open = event(manager, 'connected');
    await manager.connect();
    await open;
    const state = manager.getConnectionState();
    const lobby = manager.subscribe('lobby', { channel: 'lobby', onData() {} });
    const listed = [manager.getSubscriptions()];
    await lobby;
    listed.push(manager.getSubscriptions());
    manager.disconnect();
    listed.push(manager.getSubscriptions());
    return { state, listed, connections: manager.stats().connections };
  });
  const lobby = { id: 'lobby', channel: 'lobby' };
  assert.deepEqual(result, {
    state: 'connected',
    listed: [[{ ...lobby, status: 'joining' }], [{ ...lobby, status: 'live' }], []],
    connections: 1,
  });
});
