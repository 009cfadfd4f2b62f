// A subscription that is replaced or ended while there is still news of it: who is told what.
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
/** @type {() => Promise<void>} */
const cut = async () => {};
/** @type {(promise: Promise<unknown>) => Promise<any>} */
const failure = async () => undefined;
void [wedsync, options, cut, failure];

/** @param {import('@playwright/test').Page} page */
const prepare = (page) => page.exposeFunction('cut', () => pages.control('/sockets/cut', { forMs: 50 }));

/** Runs in the page: who comes to `room` while `t` is there, whose first event subscribes with `successor`. */
async function somebodyComes() {
  /** @type {any} */
  const { successor } = globalThis;
  const [watcher, guest] = [0, 0].map(() => new wedsync.RealtimeSubscriptionManager(options));
  /** @type {string[]} */
  const told = [];
  const room = { channel: 'room', presence: true };
  const next = { ...(successor ?? room), onData: (/** @type {any} */ { type }) => told.push(type) };
  await watcher.subscribe('t', {
    ...room,
    onData: ({ type = '' }) => {
      if (type === 'join') void watcher.subscribe('t', next);
    },
  });
  await guest.subscribe('guest', { ...room, onData() {} });
  await guest.track('guest', { at: 'door' });
  await new Promise((resolve) => setTimeout(resolve, 300));
  watcher.close();
  guest.close();
  return told;
}

/**
 * Runs in the page: a cut, at which a subscription is replaced by one with `successor` as soon as its status is `when`,
 * and all that the successor was told until a while after it was live.
 */
async function replacedAtACut() {
  /** @type {any} */
  const { successor, when } = globalThis;
  const manager = new wedsync.RealtimeSubscriptionManager(options);
  /** @type {string[]} */
  const told = [];
  const lobby = { channel: 'lobby' };
  /** @type {Promise<void> | undefined} */
  let replaced;
  let wasCut = false;
  const replace = () => {
    replaced = manager.subscribe('t', {
      ...(successor ?? lobby),
      onData() {},
      onStatus: (/** @type {string} */ status) => told.push(status),
      onContinuity: (/** @type {string} */ continuity) => told.push(continuity),
      onError: (/** @type {any} */ error) => told.push(error.code),
    });
  };
  await manager.subscribe('t', {
    ...lobby,
    onData() {},
    onStatus: (/** @type {string} */ status) => {
      if (wasCut && status === when && !replaced) replace();
    },
  });
  manager.on('continuity', (/** @type {any} */ { continuity }) => told.push(`event ${continuity}`));
  wasCut = true;
  await cut();
  while (!replaced) await new Promise((resolve) => setTimeout(resolve, 10));
  await replaced;
  await new Promise((resolve) => setTimeout(resolve, 200));
  manager.close();
  return told.filter((what) => what !== 'unreachable' && what !== 'closed');
}

/** @param {object} globals */
const withGlobals = (globals) => ({
  prepare: async (/** @type {import('@playwright/test').Page} */ page) => {
    await prepare(page);
    await page.evaluate((globals) => void Object.assign(globalThis, globals), globals);
  },
});

test('who replaces a subscription to presence is told nothing that the former one was about', async () => {
  const { result } = await pages.inPage(somebodyComes, withGlobals({ successor: { channel: 'hall' } }));
  assert.deepEqual(result, []);
});

test('and whoever replaces its callbacks alone misses nothing', async () => {
  const { result } = await pages.inPage(somebodyComes, withGlobals({}));
  assert.deepEqual(result, ['sync']);
});

test("a subscription that was never live before is not told of its predecessor's cut", async () => {
  for (const when of ['live', 'reconnecting']) {
    const successor = { channel: 'hall' };
    const { result } = await pages.inPage(replacedAtACut, withGlobals({ successor, when }));
    // While there is no way to the server it is tried again too.
    const own = result.filter((what) => what !== 'reconnecting');
    assert.deepEqual(own, ['joining', 'live'], when);
  }
});

test('callbacks that are replaced during a cut are told of all that is left of it', async () => {
  const atLive = await pages.inPage(replacedAtACut, withGlobals({ when: 'live' }));
  assert.deepEqual(atLive.result, ['lost', 'event lost']);
  const atLoss = await pages.inPage(replacedAtACut, withGlobals({ when: 'reconnecting' }));
  assert.deepEqual(atLoss.result, ['disconnected', 'live', 'lost', 'event lost']);
});

test('what a getter of the options ends is not begun, and what it begins in the place of that stays', async () => {
  const { result, errors } = await pages.inPage(async () => {
    const manager = new wedsync.RealtimeSubscriptionManager(options);
    await manager.connect();
    const ended = [];
    const end = () => void manager.unsubscribe('g');
    for (const more of [
      {
        get private() {
          end();
          return false;
        },
      },
      {
        changes: [
          {
            get table() {
              end();
              return 'notes';
            },
          },
        ],
      },
    ]) {
      // As a descriptor, or the getter would be asked here.
      const given = Object.defineProperties(
        { channel: 'ended', onData() {} },
        Object.getOwnPropertyDescriptors(more),
      );
      ended.push((await failure(manager.subscribe('g', given))).code);
    }
    const none = manager.getSubscriptions();
    /** @type {Promise<void> | undefined} */
    let other;
    const heard = new Promise((resolve) => {
      const hall = { channel: 'hall', self: true, onData: resolve };
      const given = {
        channel: 'replaced',
        onData() {},
        get private() {
          other ??= manager.subscribe('g', hall);
          return false;
        },
      };
      void manager.subscribe('g', given);
    });
    await other;
    await manager.send('g', 'hello', null);
    await heard;
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { joins } = manager.stats();
    const channels = manager.getSubscriptions().map((/** @type {any} */ { channel }) => channel);
    const closing = {
      channel: 'closed',
      onData() {},
      get private() {
        manager.close();
        return false;
      },
    };
    return { ended, none, joins, channels, closed: (await failure(manager.subscribe('c', closing))).code };
  });
  assert.deepEqual(result, {
    ended: ['unsubscribed', 'unsubscribed'],
    none: [],
    joins: 1,
    channels: ['hall'],
    closed: 'unsubscribed',
  });
  assert.deepEqual(errors, []);
});
