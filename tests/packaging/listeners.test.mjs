// Listeners of a manager's events in a browser, against the embedded backend.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { migrationsDir, seedFile } from '../../scripts/lib/paths.mjs';
import { startModulePages } from './module-page.mjs';
import { event, options, wedsync } from './page-names.mjs';

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

test('a cut is told in order: disconnected, connected, continuity', async () => {
  const { result } = await inPage(
    async () => {
      const manager = new wedsync.RealtimeSubscriptionManager(options);
      /** @type {string[]} */
      const told = [];
      for (const name of ['connected', 'disconnected', 'continuity']) manager.on(name, () => told.push(name));
      await manager.subscribe('lobby', { channel: 'lobby', onData() {} });
      const back = event(manager, 'continuity');
      await cut();
      const { id, continuity } = await back;
      return { told, id, continuity };
    },
    { prepare: (page) => page.exposeFunction('cut', () => control('/sockets/cut', { forMs: 50 })) },
  );
  assert.deepEqual(result, {
    told: ['connected', 'disconnected', 'connected', 'continuity'],
    id: 'lobby',
    continuity: 'lost',
  });
});

test('a listener that throws is reported to the page and does not stop the others', async () => {
  const { result, errors } = await inPage(async () => {
    const manager = new wedsync.RealtimeSubscriptionManager(options);
    manager.on('connected', () => {
      throw new Error('the application failed');
    });
    const told = event(manager, 'connected');
    await manager.subscribe('lobby', { channel: 'lobby', onData() {} });
    await told;
    return 'told';
  });
  assert.equal(result, 'told');
  assert.deepEqual(errors, ['the application failed']);
});

test('`off` ends what `once` began', async () => {
  const { result } = await inPage(async () => {
    const manager = new wedsync.RealtimeSubscriptionManager(options);
    /** @type {string[]} */
    const told = [];
    const listener = () => told.push('told');
    manager.once('connected', listener);
    manager.off('connected', listener);
    await manager.subscribe('lobby', { channel: 'lobby', onData() {} });
    return told;
  });
  assert.deepEqual(result, []);
});

test('each `on` and `once` is a listening of its own, which its function ends; `off` ends all of a listener', async () => {
  const { result } = await inPage(async () => {
    const manager = new wedsync.RealtimeSubscriptionManager(options);
    await wedsync.init();
    const counts = { on: 0, both: 0, once: 0, off: 0 };
    const [on, both, once, off] = Object.keys(counts).map((name) => () => {
      counts[/** @type {keyof typeof counts} */ (name)] += 1;
    });
    const endOne = manager.on('user-changed', on);
    manager.on('user-changed', on);
    manager.on('user-changed', both);
    manager.once('user-changed', both);
    manager.once('user-changed', once);
    manager.once('user-changed', once)();
    manager.on('user-changed', off);
    manager.once('user-changed', off);
    manager.off('user-changed', off);
    /** @type {object[]} */
    const after = [];
    for (const user of ['one', 'two', 'three']) {
      if (user === 'two') {
        endOne();
        endOne();
      }
      await manager.setAuth(`e30.${btoa(JSON.stringify({ sub: user }))}.c2ln`);
      after.push({ ...counts });
    }
    manager.close();
    return after;
  });
  assert.deepEqual(result, [
    { on: 2, both: 2, once: 1, off: 0 },
    { on: 3, both: 3, once: 1, off: 0 },
    { on: 4, both: 4, once: 1, off: 0 },
  ]);
});
