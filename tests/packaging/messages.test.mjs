// What goes over the subscriptions of the package's own face in a browser, against the embedded backend: broadcasts, rows,
// presence.
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

const control = (/** @type {string} */ path, /** @type {object} */ body) => pages.control(path, body);
/** @type {Awaited<ReturnType<typeof startModulePages>>['inPage']} */
const inPage = (program, more) => pages.inPage(program, more);

/* What runs in the page. */
/** @type {() => Promise<void>} exposed by the test that needs it */
const insertNotes = async () => {};
void insertNotes;

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
