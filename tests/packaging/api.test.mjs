// The package's own face in a browser, against the embedded backend: promises, events, errors.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { migrationsDir, seedFile } from '../../scripts/lib/paths.mjs';
import { startModulePages } from './module-page.mjs';

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
/** @type {any} */
const wedsync = undefined;
/** @type {any} */
const options = undefined;
/** @type {(promise: Promise<unknown>) => Promise<any>} */
const failure = async () => undefined;
/** @type {(manager: any, name: string) => Promise<any>} */
const event = async () => undefined;
/** @type {() => Promise<void>} exposed by the tests that need it */
const cut = async () => {};
/** @type {() => Promise<void>} exposed by the test that needs it */
const insertNotes = async () => {};
void [wedsync, options, failure, event, cut, insertNotes];

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

test('a payload that is not JSON rejects, instead of being dropped on the way', async () => {
  const { result } = await inPage(async () => {
    const manager = new wedsync.RealtimeSubscriptionManager(options);
    await manager.subscribe('lobby', { channel: 'lobby', onData() {} });
    const codes = [];
    for (const payload of [{ n: 1n }, () => {}, undefined]) {
      codes.push((await failure(manager.send('lobby', 'x', payload))).code);
    }
    codes.push((await failure(manager.setAuth(''))).code);
    return codes;
  });
  assert.deepEqual(result, Array(4).fill('invalid_option'));
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

test('a filter is plain data until it is subscribed with; rows and columns come as it says', async () => {
  const sql = (/** @type {string} */ text) => control('/sql', { sql: text });
  await sql(`
    create table public.notes (id int primary key, place text, seats int8, at timestamptz, owner text);
    grant select on public.notes to anon;
    alter publication supabase_realtime add table public.notes;
  `);
  const { result } = await inPage(
    async () => {
      const filter = wedsync
        .filter()
        .in('place', ['Oslo, Norway', 'a (b)'])
        .gt('seats', 9_007_199_254_740_992n)
        .gte('at', new Date('2026-01-01'))
        .not.is('owner', null)
        .not.like('place', 'Ber%');
      const manager = new wedsync.RealtimeSubscriptionManager(options);
      /** @type {any} */
      let insert;
      const heard = new Promise((resolve) => {
        insert = manager
          .subscribe('notes', {
            channel: 'notes',
            table: 'notes',
            filter,
            select: ['id', 'place'],
            onData: resolve,
          })
          .then(() => insertNotes());
      });
      await insert;
      const { record } = /** @type {any} */ (await heard);
      const wrong = await failure(
        manager.subscribe('notes', {
          channel: 'notes',
          table: 'notes',
          filter: wedsync.filter().eq('place', undefined),
          onData() {},
        }),
      );
      return { record, wrong, conditions: filter.eq('id', 1).not.eq('id', 2).conditions.slice(-3) };
    },
    {
      prepare: (page) =>
        page.exposeFunction('insertNotes', () =>
          sql(`insert into public.notes values
            (1, 'Bergen', 9007199254740993, now(), 'x'), (2, 'a (b)', 9007199254740992, now(), 'x'),
            (3, 'a (b)', 9007199254740993, '2025-12-31', 'x'), (4, 'a (b)', 9007199254740993, now(), null),
            (5, 'Oslo, Norway', 9007199254740993, now(), 'x')`),
        ),
    },
  );
  assert.deepEqual(result.record, { id: 5, place: 'Oslo, Norway' });
  assert.equal(result.wrong.code, 'invalid_option');
  assert.match(result.wrong.message, /compares "place" by eq with something else than a string/);
  assert.deepEqual(result.conditions, [
    { column: 'place', operator: 'like', value: 'Ber%', not: true },
    { column: 'id', operator: 'eq', value: 1 },
    { column: 'id', operator: 'eq', value: 2, not: true },
  ]);
});

test('bytes arrive as bytes; with `ack` a send resolves once the server has answered, and comes back with `self`', async () => {
  const { result } = await inPage(async () => {
    const manager = new wedsync.RealtimeSubscriptionManager(options);
    /** @type {any[]} */
    const heard = [];
    await manager.subscribe('lobby', {
      channel: 'lobby',
      ack: true,
      self: true,
      onData: (/** @type {any} */ message) => heard.push(message),
    });
    await manager.send('lobby', 'json', { text: 'ü' });
    await manager.send('lobby', 'bytes', new Uint8Array([1, 2, 3]).subarray(1));
    const [json, bytes] = heard;
    return {
      events: [json.event, bytes.event],
      json: json.payload,
      bytes: [bytes.payload instanceof ArrayBuffer, [...new Uint8Array(bytes.payload)]],
      sent: manager.stats().sent > 2,
      tooLarge: (await failure(manager.send('lobby', 'x', 'x'.repeat(3_000_000)))).code,
    };
  });
  assert.deepEqual(result, {
    events: ['json', 'bytes'],
    json: { text: 'ü' },
    bytes: [true, [2, 3]],
    sent: true,
    tooLarge: 'payload_too_large',
  });
});

test('presence: who comes, changes and goes, as one event each', async () => {
  const { result } = await inPage(async () => {
    // Two people, each with a key of their own: no tabs of one user.
    const alone = { ...options, tabs: 'alone' };
    const [one, two] = [0, 0].map(() => new wedsync.RealtimeSubscriptionManager(alone));
    /** @type {string[]} */
    const told = [];
    const told3 = new Promise((resolve) => {
      const onData = (/** @type {any} */ event) => {
        if (event.key !== 'two') return;
        told.push(event.type);
        if (told.length === 3) resolve(undefined);
      };
      void one.subscribe('team', { channel: 'team', presence: { key: 'one' }, onData });
    });
    await one.track('team', { at: 'home' });
    await two.subscribe('team', { channel: 'team', presence: { key: 'two' }, onData() {} });
    const seen = new Promise((resolve) => {
      const end = one.on('presence-sync', (/** @type {any} */ { state }) => {
        if (!state.two) return;
        end();
        resolve(Object.keys(state).sort());
      });
    });
    await two.track('team', { at: 'clients' });
    const keys = await seen;
    await two.track('team', { at: 'calendar' });
    await two.untrack('team');
    await told3;
    const state = one.presenceState('team');
    return { keys, told, left: Object.keys(state), mine: state.one[0].at };
  });
  assert.deepEqual(result, {
    keys: ['one', 'two'],
    told: ['join', 'update', 'leave'],
    left: ['one'],
    mine: 'home',
  });
});

test('`httpSend` needs no subscription of its own, and says what the server refused', async () => {
  const { result } = await inPage(async () => {
    const [sender, listener] = [0, 0].map(() => new wedsync.RealtimeSubscriptionManager(options));
    const heard = new Promise((resolve) => {
      void listener
        .subscribe('lobby', { channel: 'lobby', onData: resolve })
        .then(() => sender.httpSend('lobby', 'by-http', { n: 1 }));
    });
    const { event, payload } = /** @type {any} */ (await heard);
    const refused = await failure(sender.httpSend('supplier:none', 'x', {}, { private: true }));
    return {
      event,
      payload,
      refused: refused.code,
      connections: sender.stats().connections,
      wrong: (await failure(sender.httpSend('lobby', 'x', 'text'))).code,
    };
  });
  assert.deepEqual(result, {
    event: 'by-http',
    payload: { n: 1 },
    refused: 'push_refused',
    connections: 0,
    wrong: 'invalid_option',
  });
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
