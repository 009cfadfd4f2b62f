// Any call from any callback, with the failures really occurring: every promise settles, and nothing is thrown into the page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startModulePages } from './module-page.mjs';

/** @type {Awaited<ReturnType<typeof startModulePages>>} */
let pages;
before(async () => {
  pages = await startModulePages();
  await pages.control('/sql', {
    sql: `create table public.notes (id serial primary key, text text);
      grant select on public.notes to anon;
      alter publication supabase_realtime add table public.notes;`,
  });
});
after(() => pages.stop());

/* What runs in the page. */
/** @type {any} */
const wedsync = undefined;
/** @type {any} */
const options = undefined;
/** @type {() => Promise<void>} */
const cut = async () => {};
/** @type {() => Promise<void>} */
const insertNote = async () => {};
/** @type {(callback: string, tabs: string) => Promise<any>} */
const play = async () => ({});
void [wedsync, options, cut, insertNote, play];

/** @param {import('@playwright/test').Page} page */
async function prepare(page) {
  await page.exposeFunction('cut', () => pages.control('/sockets/cut', { forMs: 50 }));
  await page.exposeFunction('insertNote', () =>
    pages.control('/sql', { sql: `insert into notes (text) values ('x')` }),
  );
  await page.addScriptTag({ content: `(${script})()` });
}

/** Runs in the page as a script. */
function script() {
  /** @type {any} */
  const page = globalThis;
  const within = (/** @type {number} */ millis, /** @type {Promise<unknown>} */ promise) =>
    Promise.race([promise, new Promise((resolve) => setTimeout(resolve, millis, 'late'))]);

  /** What a callback may ask for; each gives its promise, if it has one. */
  /** @type {Record<string, (manager: any) => unknown>} */
  const calls = {
    'subscribe another': (manager) => manager.subscribe('new', { channel: 'new', onData() {} }),
    'subscribe the same': (manager) =>
      manager.subscribe('lobby', { channel: 'lobby', ack: true, self: true, onData() {} }),
    'subscribe others in its place': (manager) =>
      manager.subscribe('lobby', { channel: 'hall', onData() {} }),
    'subscribe one that fails anew': (manager) =>
      manager.subscribe('doomed 2', { channel: 'doomed 2', autoReconnect: false, onData() {} }),
    'subscribe wrongly': (manager) =>
      manager.subscribe('doomed 2', { channel: 'doomed 2', wrong: 1, onData() {} }),
    'unsubscribe one': (manager) => manager.unsubscribe('lobby'),
    'unsubscribe one that fails': (manager) => manager.unsubscribe('doomed 2'),
    unsubscribeAll: (manager) => manager.unsubscribeAll(),
    connect: (manager) => manager.connect(),
    disconnect: (manager) => manager.disconnect(),
    close: (manager) => manager.close(),
    dispose: (manager) => manager[Symbol.dispose]?.(),
    send: (manager) => manager.send('lobby', 'x', null),
    httpSend: (manager) => manager.httpSend('lobby', 'x', {}),
    track: (manager) => manager.track('team', { at: 'x' }),
    untrack: (manager) => manager.untrack('team'),
    setAuth: (manager) => manager.setAuth(null),
    reads: (manager) => {
      manager.presenceState('team');
      manager.stats();
      manager.getSubscriptions();
      manager.getConnectionState();
      manager.once('connected', () => {})();
    },
    'all at once': (manager) => {
      const all = Promise.allSettled([
        manager.send('lobby', 'x', null),
        manager.subscribe('new', { channel: 'new', onData() {} }),
        manager.track('team', {}),
        manager.httpSend('lobby', 'x', {}),
        manager.unsubscribeAll(),
        manager.subscribe('newer', { channel: 'newer', onData() {} }),
      ]);
      manager.close();
      return all;
    },
  };

  page.play = async (/** @type {string} */ callback, /** @type {string} */ tabs) => {
    await page.wedsync.init();
    const players = Object.entries(calls).map(([name, call]) => player(callback, name, call, tabs));
    const [live] = [await Promise.all(players.map(({ live }) => within(8_000, live)))];
    await page.insertNote();
    // Messages take their way, and a heartbeat a second.
    await new Promise((resolve) => setTimeout(resolve, callback === 'on heartbeat' ? 1_200 : 200));
    for (const { manager } of players) {
      if (callback === 'onStatus closed of lobby') void manager.unsubscribe('lobby');
      if (callback === 'on user-changed') void manager.setAuth(`e30.${btoa('{"sub":"somebody"}')}.c2ln`);
    }
    await page.cut();
    const deadline = Date.now() + 10_000;
    while (players.some(({ wasCalled }) => !wasCalled()) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const told = [];
    for (const { name, promises, wasCalled, manager } of players) {
      for (const [what, promise] of promises) {
        if ((await within(8_000, promise)) === 'late') told.push(`${name}: ${what} never settled`);
      }
      if (!wasCalled()) told.push(`${name}: the callback was never called`);
      manager.close();
    }
    // What is freed is freed in a later turn.
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { live: live.length, told };
  };

  /** A manager with one subscription of each kind, whose `callback` asks once for `call`. */
  function player(
    /** @type {string} */ callback,
    /** @type {string} */ name,
    /** @type {any} */ call,
    /** @type {string} */ tabs,
  ) {
    let called = false;
    /** @type {[string, Promise<unknown>][]} */
    const promises = [];
    const keep = (/** @type {string} */ what, /** @type {unknown} */ given) =>
      promises.push([
        what,
        Promise.resolve(given).then(
          () => 'fulfilled',
          () => 'rejected',
        ),
      ]);
    const hit = (/** @type {string} */ where) => {
      if (where !== callback || called) return;
      called = true;
      keep(`the call ${name}`, call(manager));
    };
    const manager = new page.wedsync.RealtimeSubscriptionManager({
      ...page.options,
      heartbeatIntervalMs: 1_000,
      tabs,
      accessToken: () => {
        hit('accessToken');
        return null;
      },
      onLog: () => hit('onLog'),
      onTraffic: (/** @type {any} */ { direction }) => hit(`onTraffic ${direction}`),
    });
    const events =
      'connected disconnected error continuity presence presence-sync system heartbeat max-reconnect-attempts user-changed';
    for (const event of events.split(' ')) manager.on(event, () => hit(`on ${event}`));
    manager.onConnectionState(() => hit('onConnectionState'));
    const subscribe = (/** @type {string} */ id, /** @type {object} */ more) => {
      const told = (/** @type {string} */ what) => () => hit(`${what} of ${id}`);
      keep(
        `subscribe ${id}`,
        manager.subscribe(id, {
          channel: id,
          onData: told('onData'),
          onError: told('onError'),
          onStatus: (/** @type {string} */ status) => {
            hit(`onStatus of ${id}`);
            hit(`onStatus ${status} of ${id}`);
          },
          onContinuity: told('onContinuity'),
          onSystem: told('onSystem'),
          ...more,
        }),
      );
    };
    subscribe('lobby', { ack: true, self: true });
    subscribe('batches', { channel: 'lobby', deliver: 'batch', self: true });
    // One key for all that share a connection.
    subscribe('team', { presence: { key: callback } });
    subscribe('notes', { table: 'notes' });
    subscribe('doomed 1', { autoReconnect: false });
    subscribe('doomed 2', { autoReconnect: false });
    subscribe('limited', { maxReconnectAttempts: 0 });
    const live = Promise.all(promises.map(([, promise]) => promise)).then(async () => {
      keep('track', manager.track('team', { at: 'home' }));
      keep('send', manager.send('lobby', 'hello', { n: 1 }));
      keep('httpSend', manager.httpSend('lobby', 'hello', { n: 1 }));
    });
    return { name, live, promises, wasCalled: () => called, manager };
  }
}

/** Called also, or only, where a tab has a connection of its own. */
const alone = [
  'onData of lobby',
  'onError of doomed 1',
  'onError of limited',
  'onStatus of lobby',
  'onStatus closed of lobby',
  'on disconnected',
  'on error',
  'on max-reconnect-attempts',
  'onTraffic out',
];
const shared = [
  'onData of lobby',
  'onData of batches',
  'onData of notes',
  'onData of team',
  'onError of doomed 1',
  'onError of limited',
  'onError of lobby',
  'onStatus of lobby',
  'onStatus of doomed 1',
  'onStatus of team',
  'onStatus closed of lobby',
  'onContinuity of lobby',
  'onSystem of notes',
  'on connected',
  'on disconnected',
  'on error',
  'on continuity',
  'on presence',
  'on presence-sync',
  'on system',
  'on heartbeat',
  'on max-reconnect-attempts',
  'on user-changed',
  'onConnectionState',
  'onLog',
  'onTraffic in',
  'accessToken',
];
for (const [callback, tabs] of [
  ...shared.map((callback) => [callback, 'shared']),
  ...alone.map((callback) => [callback, 'alone']),
]) {
  test(`any call may come from \`${callback}\`, ${tabs}`, async () => {
    const program = `play(${JSON.stringify(callback)}, ${JSON.stringify(tabs)})`;
    const { result, errors } = await pages.inPage(/** @type {any} */ (program), { prepare });
    assert.deepEqual(result.told, []);
    assert.deepEqual(errors, [], 'nothing was thrown into the page');
  });
}

test('`close` in one `onError`, while another failure is later in the same batch: both promises settle', async () => {
  const { result, errors } = await pages.inPage(
    async () => {
      const manager = new wedsync.RealtimeSubscriptionManager(options);
      /** @type {string[]} */
      const told = [];
      const refused = (/** @type {string} */ id) =>
        manager
          .subscribe(id, {
            channel: id,
            table: 'no_such_table',
            private: false,
            autoReconnect: false,
            onData() {},
            onError: () => manager.close(),
          })
          .catch((/** @type {any} */ error) => told.push(`${id} ${error.code}`));
      const waiting = Promise.all([refused('one'), refused('two'), refused('three')]);
      await new Promise((resolve) => manager.once('connected', resolve));
      await cut();
      await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 5_000))]);
      return told.map((what) => what.split(' ')[0]).sort();
    },
    { prepare },
  );
  assert.deepEqual(result, ['one', 'three', 'two']);
  assert.deepEqual(errors, []);
});

test('what the application itself ends is no unhandled rejection, awaited or not; any other failure is', async () => {
  const { result, errors } = await pages.inPage(
    async () => {
      /** @type {any} */
      const page = globalThis;
      /** @type {string[]} */
      const unhandled = [];
      page.addEventListener('unhandledrejection', (/** @type {any} */ event) => {
        event.preventDefault();
        unhandled.push(event.reason.code);
      });
      const lobby = { channel: 'lobby', onData() {} };
      const early = new wedsync.RealtimeSubscriptionManager(options);
      void early.subscribe('lobby', lobby);
      void early.send('lobby', 'x', null);
      void early.connect();
      early.close();
      await wedsync.init();
      const manager = new wedsync.RealtimeSubscriptionManager(options);
      void manager.subscribe('lobby', lobby);
      void manager.unsubscribe('lobby');
      void manager.subscribe('lobby', lobby);
      manager.disconnect();
      void manager.subscribe('team', { channel: 'team', presence: true, onData() {} });
      void manager.track('team', {});
      void manager.unsubscribe('team');
      void manager.subscribe('team', { channel: 'team', presence: true, onData() {} });
      void manager.track('team', {});
      void manager.httpSend('lobby', 'x', {});
      manager.close();
      await new Promise((resolve) => setTimeout(resolve, 100));
      const ended = [...unhandled];
      const other = new wedsync.RealtimeSubscriptionManager(options);
      void other.subscribe('lobby', { ...lobby, typo: 1 });
      void other.send('nobody', 'x', null);
      // Told by the tab that leads, once there is one.
      while (!unhandled.includes('unknown_subscription')) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      other.close();
      void other.send('lobby', 'x', null);
      const awaited = await other.subscribe('lobby', lobby).catch((/** @type {any} */ error) => error.code);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { ended, unhandled, awaited };
    },
    { prepare },
  );
  assert.deepEqual(result, {
    ended: [],
    unhandled: ['unknown_option', 'unknown_subscription', 'closed'],
    awaited: 'closed',
  });
  assert.deepEqual(errors, []);
});

test('ended in the `onError` of another, while its own failure is later in the same batch: ended, and no failure', async () => {
  const { result, errors } = await pages.inPage(
    async () => {
      /** @type {any} */
      const page = globalThis;
      /** @type {string[]} */
      const unhandled = [];
      page.addEventListener('unhandledrejection', (/** @type {any} */ event) => {
        event.preventDefault();
        unhandled.push(event.reason.code);
      });
      const manager = new wedsync.RealtimeSubscriptionManager(options);
      const refused = (/** @type {string} */ id) =>
        manager.subscribe(id, {
          channel: id,
          table: 'no_such_table',
          private: false,
          autoReconnect: false,
          onData() {},
          onError: () => void manager.unsubscribeAll(),
        });
      const [first, second] = ['1', '2'].map((id) =>
        refused(id).catch((/** @type {any} */ error) => error.code),
      );
      void refused('3');
      await new Promise((resolve) => manager.once('connected', resolve));
      await cut();
      const late = new Promise((resolve) => setTimeout(resolve, 5_000));
      const told = await Promise.race([Promise.all([first, second]), late]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { told, unhandled, left: manager.getSubscriptions() };
    },
    { prepare },
  );
  const [first, second] = result.told;
  assert.notEqual(first, 'unsubscribed');
  assert.equal(second, 'unsubscribed');
  assert.deepEqual(result.unhandled, []);
  assert.deepEqual(result.left, []);
  assert.deepEqual(errors, []);
});

test('calls keep their order while the module finishes loading', async () => {
  const { result, errors } = await pages.inPage(async () => {
    const manager = new wedsync.RealtimeSubscriptionManager(options);
    /** @type {any[]} */
    const listed = [];
    // Called once the module is there, before those that wait for it have had their turn.
    const later = wedsync.init().then(() => {
      const promise = manager.subscribe('room', { channel: 'later', onData() {} });
      listed.push(manager.getSubscriptions());
      return promise;
    });
    const earlier = manager.subscribe('room', { channel: 'earlier', onData() {} });
    await Promise.all([earlier, later]);
    listed.push(manager.getSubscriptions());
    manager.close();
    return listed;
  });
  assert.deepEqual(result, [
    [{ id: 'room', channel: 'later', status: 'joining' }],
    [{ id: 'room', channel: 'later', status: 'live' }],
  ]);
  assert.deepEqual(errors, []);
});
