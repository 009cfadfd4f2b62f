// What a device keeps, in a real browser: for whom, how durably, and what becomes of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startModulePages } from './module-page.mjs';

/* What runs in the page. */
/** @type {any} */
let failure;
/** @type {any} */
let open;
/** @type {any} */
let tokenOf;
/** @type {any} */
let indexedDB;
/** @type {any} */
let IDBDatabase;

/** @type {Awaited<ReturnType<typeof startModulePages>>} */
let pages;

before(async () => {
  pages = await startModulePages();
});
after(() => pages.stop());

/** What the programs use beside what every page has. */
async function prepare(/** @type {import('@playwright/test').Page} */ page) {
  await page.evaluate(`(async () => {
    const { recordsOf } = await import('/internal.js');
    globalThis.open = async (more = {}) => {
      const dashboard = await wedsync.createDashboard({ ...options, ...more });
      const { store } = dashboard;
      return { dashboard, store, outbox: recordsOf(dashboard, 'outbox'), cache: recordsOf(dashboard, 'cache') };
    };
  })()`);
}

test('what is written is there again for the same user, value for value', async () => {
  const { result, errors } = await pages.inPage(
    async () => {
      const first = await open();
      const value = { name: 'Amelia', guests: [1, 2, { n: -1.5 }], note: 'ü\u{1F492}' };
      const written = first.cache.write([
        ['plain', value],
        ['date', { at: new Date(86_400_000), bytes: new Uint8Array([0, 255]), none: undefined }],
        ['half \ud800', null],
        ['gone', 1],
        ['gone'],
      ]);
      // The value is taken as it is at the call.
      value.name = 'Ben';
      await written;
      await first.dashboard.close();
      const second = await open();
      const all = await second.cache.all();
      const date = await second.cache.get('date');
      return {
        keys: [...all.keys()],
        plain: all.get('plain'),
        day: date.at.getTime(),
        bytes: [...date.bytes],
        hasNone: 'none' in date,
        half: await second.cache.get('half \ud800'),
        gone: await second.cache.get('gone'),
        durability: second.store.status.durability,
      };
    },
    { prepare },
  );
  assert.deepEqual(errors, []);
  assert.deepEqual(result, {
    keys: ['plain', 'date', 'half \ud800'],
    plain: { name: 'Amelia', guests: [1, 2, { n: -1.5 }], note: 'ü\u{1F492}' },
    day: 86_400_000,
    bytes: [0, 255],
    hasNone: true,
    half: null,
    gone: undefined,
    durability: 'disk',
  });
});

test('two accounts on one machine never see each other’s values', async () => {
  const { result } = await pages.inPage(
    async () => {
      const seen = /** @type {Record<string, unknown>} */ ({});
      for (const [step, user] of ['alice', 'bob', null, 'alice'].entries()) {
        const { dashboard, cache } = await open({ accessToken: () => (user ? tokenOf(user) : null) });
        seen[`${step} ${user}`] = (await cache.get('whose')) ?? 'nothing';
        await cache.write([['whose', user]]);
        await dashboard.close();
      }
      const { dashboard, cache } = await open({ accessToken: tokenOf('alice') });
      seen.before = await cache.get('whose');
      await dashboard.realtime.setAuth(tokenOf('bob'));
      seen.after = await cache.get('whose');
      await dashboard.close();
      return seen;
    },
    { prepare },
  );
  assert.deepEqual(result, {
    '0 alice': 'nothing',
    '1 bob': 'nothing',
    '2 null': 'nothing',
    '3 alice': 'alice',
    before: 'alice',
    after: 'bob',
  });
});

test('a value that cannot be stored is refused at the call, and the rest goes on', async () => {
  const { result } = await pages.inPage(
    async () => {
      const { cache } = await open();
      const refused = await failure(cache.write([['f', { call: () => 1 }]]));
      await cache.write([['g', 1]]);
      return [refused.code, refused.own, await cache.get('f'), await cache.get('g')];
    },
    { prepare },
  );
  assert.deepEqual(result, ['not_cloneable', true, undefined, 1]);
});

test('signing out wipes everything, in every tab, and refuses while writes are pending', async () => {
  const { result } = await pages.inPage(
    async () => {
      const first = await open();
      const second = await open();
      await first.outbox.write([['id-1', { enquiry: 1 }]]);
      await first.cache.write([['key', 1]]);
      await second.cache.get('key');
      // Another tab has just written, and nobody has told of it.
      await second.outbox.write([['id-2', { enquiry: 2 }]]);
      const refused = await first.dashboard.signOut().catch((/** @type {any} */ error) => error);
      const kept = await first.cache.get('key');
      const wiped = new Promise((resolve) => second.store.on('wiped', () => resolve(true)));
      await first.dashboard.signOut({ pending: 'discard' });
      const noticed = await Promise.race([
        wiped,
        new Promise((resolve) => setTimeout(resolve, 6_000, false)),
      ]);
      const late = await failure(second.cache.write([['key', 2]]));
      const third = await open();
      const found = [(await third.cache.all()).size, (await third.outbox.all()).size];
      return { refused: [refused.code, refused.cause.count], kept, noticed, late: late.code, found };
    },
    { prepare },
  );
  assert.deepEqual(result, {
    refused: ['pending_writes', 2],
    kept: 1,
    noticed: true,
    late: 'wiped',
    found: [0, 0],
  });
});

test('without IndexedDB the store works in memory and says so, and no write resolves', async () => {
  const { result } = await pages.inPage(
    async () => {
      Object.defineProperty(globalThis, 'indexedDB', { value: undefined });
      const { store, outbox, cache } = await open();
      const memory = new Promise((resolve) =>
        store.on(
          'status',
          (/** @type {{ durability: string }} */ { durability }) => durability === 'memory' && resolve(true),
        ),
      );
      const written = await failure(outbox.write([['id', 1]]));
      await memory;
      const cached = await failure(cache.write([['key', 'value']]));
      const read = [await outbox.get('id'), await cache.get('key'), await cache.get('none')];
      return [written.code, cached.code, store.status.troubles.outbox, ...read, (await cache.all()).size];
    },
    { prepare },
  );
  assert.deepEqual(result, ['not_durable', 'not_durable', 'refused', 1, 'value', undefined, 1]);
});

test('space and persistence are told in bytes and as a boolean', async () => {
  const { result } = await pages.inPage(
    async () => {
      const { store, cache } = await open();
      await cache.write([['big', 'x'.repeat(100_000)]]);
      const space = await store.space();
      return { kept: typeof (await store.persist()), space };
    },
    { prepare },
  );
  assert.equal(result.kept, 'boolean');
  assert.ok(result.space.quota > 1_000_000, JSON.stringify(result.space));
  assert.ok(result.space.databases.cache >= 100_000, JSON.stringify(result.space));
});

// Scenario 11 of the field, as far as the store goes.
test('scenario 11: a token that never comes keeps nothing from being durable, and every call comes to an end', async () => {
  const { result } = await pages.inPage(
    async () => {
      let asked = 0;
      const never = () => {
        asked += 1;
        return new Promise(() => {});
      };
      const stranger = await open({ accessToken: never });
      const nobodys = failure(stranger.outbox.write([['id-0', 0]]));
      const alice = await open({ accessToken: () => tokenOf('alice') });
      await alice.outbox.write([['id-1', 1]]);
      await alice.dashboard.close();
      // The next page of the same device, with a token that hangs.
      const { outbox } = await open({ accessToken: never });
      const started = performance.now();
      await outbox.write([['id-2', 2]]);
      const ms = performance.now() - started;
      const all = await outbox.all();
      return { keys: [...all.keys()], isSoon: ms < 3_000, nobodys: (await nobodys).code, asked };
    },
    { prepare },
  );
  assert.deepEqual(result, {
    keys: ['id-1', 'id-2'],
    isSoon: true,
    nobodys: 'storage_unavailable',
    // One question at a time: the second waits for its turn, and nothing waits for it.
    asked: 1,
  });
});

// Scenario 1 of the field.
test('scenario 1: a burst on a dead handle: it is dropped once, opened once, and all 200 writes commit in order', async () => {
  const { result } = await pages.inPage(
    async () => {
      const { outbox } = await open();
      await outbox.write([['first', 0]]);
      const opened = /** @type {string[]} */ ([]);
      const ownOpen = indexedDB.open.bind(indexedDB);
      indexedDB.open = (/** @type {string} */ name, /** @type {unknown[]} */ ...rest) => {
        opened.push(name);
        return ownOpen(name, ...rest);
      };
      const ownTransaction = IDBDatabase.prototype.transaction;
      const dead = new WeakSet();
      let used = 0;
      const alive = new WeakSet();
      IDBDatabase.prototype.transaction = function (/** @type {unknown[]} */ ...given) {
        if (!alive.has(this) && !dead.has(this) && opened.length === 0) dead.add(this);
        else if (!dead.has(this)) alive.add(this);
        if (dead.has(this)) {
          used += 1;
          throw new DOMException('The connection is lost.', 'InvalidStateError');
        }
        return ownTransaction.apply(this, given);
      };
      const writes = Array.from({ length: 200 }, (_, n) => outbox.write([[`id-${n}`, n]]));
      await Promise.all(writes);
      const all = await outbox.all();
      const isInOrder = [...all.keys()].slice(1).every((key, n) => key === `id-${n}`);
      const ofOutbox = opened.filter((name) => name.endsWith('/outbox')).length;
      return { count: all.size, isInOrder, ofOutbox, isUsedOften: used > 6 };
    },
    { prepare },
  );
  assert.deepEqual(result, { count: 201, isInOrder: true, ofOutbox: 1, isUsedOften: false });
});

test('site data cleared under a running page: noticed within 5 s, built anew, and what the page holds is written again', async () => {
  const { result } = await pages.inPage(
    async () => {
      const { outbox, store } = await open();
      await outbox.write([['held', { enquiry: 7 }]]);
      const names = (await indexedDB.databases()).map((/** @type {{ name: string }} */ { name }) => name);
      for (const name of names.filter((/** @type {string} */ name) => name.startsWith('wedsync/')))
        indexedDB.deleteDatabase(name);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      const shown = await outbox.get('held');
      await outbox.write([['later', 8]]);
      // Another one reads what is on the disk.
      const other = await open();
      const all = await other.outbox.all();
      return { shown, keys: [...all.keys()], durability: store.status.durability };
    },
    { prepare },
  );
  assert.deepEqual(result, { shown: { enquiry: 7 }, keys: ['held', 'later'], durability: 'disk' });
});
