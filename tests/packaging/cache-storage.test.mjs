// The cache where a browser's storage fails, in each engine: it answers from memory or by the fetcher, health says so, what was refused
// is written once it can be, and nothing that is wrong is ever given.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { provideFaults, provideRaw, startCachePages } from './cache-page.mjs';
import { engines } from './engines.mjs';

/* What runs in the page. */
/** @type {any} */
let open;
/** @type {any} */
let reopen;
/** @type {any} */
let keyOf;
/** @type {any} */
let until;
/** @type {any} */
let isWell;
/** @type {any} */
let refuse;
/** @type {any} */
let fail;
/** @type {any} */
let without;
/** @type {any} */
let connections;
/** @type {any} */
let databasesOf;
/** @type {any} */
let connect;
/** @type {any} */
let recordsIn;
/** @type {any} */
let putRecords;
/** @type {any} */
let removeDatabase;
/** @type {any} */
let indexedDB;
/** @type {any} */
let dispatchEvent;
/** @type {any} */
let failure;
/** @type {any} */
let PageTransitionEvent;

for (const engine of engines) {
  describe(engine, () => {
    /** @type {Awaited<ReturnType<typeof startCachePages>>} */
    let pages;
    before(async () => {
      pages = await startCachePages({ engine, provide: [provideRaw, provideFaults] });
    });
    after(() => pages.stop());

    test('without space what is refused is given from memory, and written once there is space', async () => {
      const result = await pages.inPage(async () => {
        const { cache, close } = await open();
        await cache.set(keyOf('before'), 'before');
        const wasWell = isWell();
        const mend = refuse('QuotaExceededError');
        const written = await cache.set(keyOf('full'), { n: 1 });
        await cache.getOrFetch(keyOf('fetched'), () => 'fetched');
        await cache.set(keyOf('full'), { n: 2 });
        await until(() => !isWell());
        const names = ['before', 'full', 'fetched'];
        const shown = names.map((name) => cache.getSnapshot(keyOf(name)).data);
        const found = await Promise.all(names.map(async (name) => (await cache.get(keyOf(name)))?.data));
        mend();
        dispatchEvent(new Event('online'));
        await until(isWell);
        await cache.set(keyOf('after'), 'after');
        await close();
        const second = await reopen();
        const later = [];
        for (const name of ['full', 'fetched', 'after'])
          later.push((await second.cache.get(keyOf(name)))?.data ?? null);
        await second.close();
        return { wasWell, written, shown, found, later };
      });
      assert.deepEqual(result, {
        wasWell: true,
        written: { disk: false, remote: null },
        shown: ['before', { n: 2 }, 'fetched'],
        found: ['before', { n: 2 }, 'fetched'],
        later: [{ n: 2 }, 'fetched', 'after'],
      });
    });

    test('a handle that dies, told or not, is replaced, and what lies on the disk is found again', async () => {
      const result = await pages.inPage(async () => {
        const all = connections();
        // Nothing is kept in memory: each value comes from the disk.
        const { cache, close } = await open({ cache: { memoryBytes: 0 } });
        await cache.set(keyOf('kept'), 'kept');
        const told = [];
        const deaths = [
          (/** @type {any} */ database) => {
            database.close();
            database.dispatchEvent(new Event('close'));
          },
          // As after a page was suspended: nobody is told.
          (/** @type {any} */ database) => database.close(),
        ];
        for (const [number, die] of deaths.entries()) {
          const before = all.length;
          die(all.at(-1));
          const { data } = await cache.getOrFetch(keyOf(`fetched ${number}`), () => number);
          await cache.set(keyOf(`set ${number}`), number);
          await until(async () => (await cache.get(keyOf('kept')))?.data === 'kept');
          told.push([data, (await cache.get(keyOf(`set ${number}`)))?.data, all.length > before]);
        }
        await until(isWell);
        // As WebKit says it of a request: the connection to its database server is lost.
        const mends = ['get', 'getAll'].map((method) => fail('IDBObjectStore', method, 'UnknownError'));
        await cache.getOrFetch(keyOf('meanwhile'), () => 'fetched');
        const { data } = await cache.getOrFetch(keyOf('kept'), () => 'kept');
        for (const mend of mends) mend();
        await cache.set(keyOf('last'), 'last');
        await until(async () => (await cache.get(keyOf('last')))?.data === 'last');
        await close();
        return { told, data };
      });
      assert.deepEqual(result, {
        told: [
          [0, 0, true],
          [1, 1, true],
        ],
        data: 'kept',
      });
    });

    test('a database that is deleted under the page, or is a newer build’s, leaves memory and the fetcher', async () => {
      const result = await pages.inPage(async () => {
        const { cache, close } = await open();
        await cache.set(keyOf('kept'), 'kept');
        const [database] = await databasesOf('/cache');
        await removeDatabase(database);
        const { data } = await cache.getOrFetch(keyOf('kept'), () => 'kept');
        await cache.set(keyOf('again'), 'again');
        await until(async () => (await cache.set(keyOf('again'), 'again')).disk);
        await until(isWell);
        // Another tab has a build that has moved on.
        const newer = await connect(database, 2);
        const written = await cache.set(keyOf('newer'), 'newer');
        const fetched = await cache.getOrFetch(keyOf('fetched'), () => 'fetched');
        await until(() => !isWell());
        const found = [];
        for (const name of ['again', 'newer', 'fetched']) found.push((await cache.get(keyOf(name)))?.data);
        await cache.delete(keyOf('newer'));
        const deleted = await cache.get(keyOf('newer'));
        newer.close();
        await close();
        return { data, written, fetched: fetched.data, found, deleted };
      });
      assert.deepEqual(result, {
        data: 'kept',
        written: { disk: false, remote: null },
        fetched: 'fetched',
        found: ['again', 'newer', 'fetched'],
        deleted: null,
      });
    });

    test('behind an upgrade that somebody blocks it works in memory, and on the disk once that is over', async () => {
      const result = await pages.inPage(async () => {
        const first = await open();
        await first.cache.set(keyOf('kept'), 'kept');
        await first.close();
        const [database] = await databasesOf('/cache');
        // One that does not listen is in the way of a deletion, and all others wait behind that.
        const other = await connect(database);
        const deletion = removeDatabase(database);
        const { cache, close } = await open();
        const began = performance.now();
        const fetched = await cache.getOrFetch(keyOf('fetched'), () => 'fetched');
        const waited = performance.now() - began;
        await cache.set(keyOf('set'), 'set');
        const found = (await cache.get(keyOf('set'))).data;
        await until(() => !isWell());
        other.close();
        await deletion;
        await until(isWell);
        await until(async () => (await cache.set(keyOf('later'), 'later')).disk);
        await close();
        const second = await reopen();
        const later = [];
        for (const name of ['kept', 'set', 'fetched', 'later'])
          later.push((await second.cache.get(keyOf(name)))?.data ?? null);
        await second.close();
        return { fetched: fetched.data, isSoon: waited < 5_000, found, later };
      });
      assert.deepEqual(result, {
        fetched: 'fetched',
        isSoon: true,
        found: 'set',
        // What was deleted is a miss.
        later: [null, 'set', 'fetched', 'later'],
      });
    });

    test('where the browser gives no database it works in memory, and says so', async () => {
      const result = await pages.inPage(async () => {
        /** @type {Record<string, unknown>} */
        const told = {};
        const ways = {
          none: () => without(),
          forbidden: () => without('SecurityError'),
          // Firefox before version 115 in a private window.
          private: () => fail('IDBFactory', 'open', 'InvalidStateError', ''),
        };
        for (const [way, begin] of Object.entries(ways)) {
          const mend = begin();
          const { cache, close } = await open({ sub: way });
          const written = await cache.set(keyOf('set'), { n: 1 }, { tags: ['numbers'] });
          let fetches = 0;
          const read = () => {
            fetches += 1;
            return fetches;
          };
          const fetched = [
            await cache.getOrFetch(keyOf('fetched'), read),
            await cache.getOrFetch(keyOf('fetched'), read),
          ];
          await until(() => !isWell());
          // A page that resumes has missed nothing that it could read again.
          dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
          dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
          const found = (await cache.get(keyOf('set')))?.data;
          await cache.invalidateByTag('numbers');
          const invalid = await cache.get(keyOf('set'));
          await close();
          mend();
          told[way] = [written.disk, fetched.map(({ data }) => data), found, invalid];
        }
        return told;
      });
      const each = [false, [1, 1], { n: 1 }, null];
      assert.deepEqual(result, { none: each, forbidden: each, private: each });
    });

    test('damaged and foreign records are a miss, and the rest is there', async () => {
      const result = await pages.inPage(async () => {
        const values = { 0: 'first', 1: { n: [1, 2] }, 2: new Date(86_400_000), 3: 'x'.repeat(5_000) };
        const right = (/** @type {any} */ place, /** @type {any} */ data) =>
          JSON.stringify(data) === JSON.stringify(/** @type {any} */ (values)[place]);
        // Each spoils one record of the log; `change` one value of it that is a text.
        const change = (/** @type {any} */ record, /** @type {(text: any) => any} */ of) => ({
          ...record,
          v: record.v.map(of),
        });
        /** @type {Record<string, (record: any) => any>} */
        const spoils = {
          null: () => null,
          text: () => 'Ann & Ben',
          number: () => 7,
          empty: () => ({}),
          list: () => [],
          format: (record) => ({ ...record, f: 2 }),
          epoch: (record) => ({ ...record, e: 'x' }),
          keys: (record) => ({ ...record, k: `${record.k}x` }),
          'no keys': ({ f, e, n, o, v }) => ({ f, e, n, o, v }),
          'short table': (record) => ({ ...record, n: record.n.slice(1) }),
          'wild table': (record) => ({ ...record, n: record.n.map(() => Number.NaN) }),
          'few values': (record) => ({ ...record, v: [] }),
          numbers: (record) => change(record, () => 5),
          clones: (record) => change(record, () => [{ foreign: true }]),
          'no header': (record) => change(record, () => '"foreign"'),
          'other header': (record) => change(record, () => 'x y z\n"foreign"'),
          'later header': (record) =>
            change(record, (text) => (typeof text === 'string' ? text.replace(/^1/, '9') : null)),
          'unknown flags': (record) =>
            change(record, (text) => (typeof text === 'string' ? text.replace(/^1 \d+/, '1 64') : null)),
          'flags of bytes': (record) =>
            change(record, (text) => (typeof text === 'string' ? text.replace(/^1 \d+/, '1 4') : null)),
          'half a text': (record) =>
            change(record, (text) => (typeof text === 'string' ? text.slice(0, -1) : null)),
          'no text': (record) =>
            change(record, (text) => (typeof text === 'string' ? text.replace(/\n.*$/s, '\n') : null)),
        };
        /** @type {string[]} */
        const problems = [];
        let misses = 0;
        for (const [spoil, spoiled] of Object.entries(spoils)) {
          const sub = `user ${spoil}`;
          const first = await open({ sub });
          for (const [place, value] of Object.entries(values)) await first.cache.set(keyOf(place), value);
          await first.close();
          const name = (await databasesOf('/cache')).find((/** @type {string} */ name) =>
            name.includes(encodeURIComponent(sub)),
          );
          const database = await connect(name);
          const records = await recordsIn(database, 'segments');
          const at = records.findIndex((/** @type {any} */ [, record]) =>
            record.v.some((/** @type {any} */ value) => typeof value === 'string' && value.includes('first')),
          );
          await putRecords(database, 'segments', [[records[at][0], spoiled(records[at][1])]]);
          database.close();
          const second = await reopen({ sub });
          for (const place of Object.keys(values)) {
            const found = await second.cache.get(keyOf(place));
            if (found === null) misses += 1;
            else if (!right(place, found.data))
              problems.push(`${spoil}: ${place} is ${JSON.stringify(found.data)}`);
            if (found === null && place !== '0' && records.length > 3)
              problems.push(`${spoil}: ${place} is gone`);
            const { data } = await second.cache.getOrFetch(keyOf(place), () => 'fetched');
            if (!(found ? right(place, data) : data === 'fetched'))
              problems.push(`${spoil}: ${place} is then ${data}`);
          }
          if (!(await second.cache.set(keyOf('0'), 'anew')).disk)
            problems.push(`${spoil}: it is not written again`);
          await second.close();
          const third = await reopen({ sub });
          if ((await third.cache.get(keyOf('0')))?.data !== 'anew')
            problems.push(`${spoil}: what was written is gone`);
          await third.close();
        }
        return { problems, misses, count: Object.keys(spoils).length };
      });
      assert.deepEqual(result.problems, []);
      assert.ok(result.misses >= result.count, 'each was a miss');
    });

    test('what a browser cannot store is an error with a code, and odd values come back as they were', async () => {
      const result = await pages.inPage(async () => {
        const { cache, close } = await open();
        const cycle = { name: 'cycle' };
        Object.assign(cycle, { self: cycle });
        const thrower = Object.defineProperty({}, 'x', {
          enumerable: true,
          get() {
            throw new Error('The getter.');
          },
        });
        const never = {
          function: () => {},
          symbol: Symbol('x'),
          node: /** @type {any} */ (globalThis).document,
          promise: Promise.resolve(),
          weak: new WeakMap(),
          thrower,
        };
        const always = {
          cycle,
          big: 2n ** 70n,
          zero: -0,
          nan: Number.NaN,
          hole: Object.assign(Array(3), { 0: 1, 2: 3 }),
          half: '\ud800',
          proto: JSON.parse('{"__proto__":{"x":1}}'),
        };
        /** @type {Record<string, unknown>} */
        const told = {};
        for (const [name, value] of Object.entries(never)) {
          await cache.set(keyOf(name), 'former');
          const code = await failure(cache.set(keyOf(name), value));
          const found = (await cache.get(keyOf(name)))?.data ?? null;
          told[name] = [code, found === null || found === 'former'];
        }
        for (const [name, value] of Object.entries(always)) await cache.set(keyOf(name), value);
        await close();
        const second = await reopen();
        const found = Object.fromEntries(
          await Promise.all(
            Object.keys(always).map(async (name) => [name, (await second.cache.get(keyOf(name)))?.data]),
          ),
        );
        const { cycle: again, big, zero, nan, hole, half, proto } = found;
        await second.close();
        return {
          told,
          kept: [
            again.self === again,
            big === 2n ** 70n,
            Object.is(zero, -0),
            Number.isNaN(nan),
            hole.length === 3 && !(1 in hole),
            half === '\ud800',
          ],
          proto: [
            Object.getPrototypeOf(proto) === Object.prototype,
            Object.hasOwn(proto, '__proto__'),
            proto.x === undefined,
          ],
        };
      });
      const refused = ['not_cloneable', true];
      assert.deepEqual(result.told, {
        function: refused,
        symbol: refused,
        node: refused,
        promise: refused,
        weak: refused,
        thrower: refused,
      });
      assert.deepEqual(result.kept, Array(6).fill(true));
      assert.deepEqual(result.proto, [true, true, true]);
    });

    test('a foreign database in the place of its own leaves memory and the fetcher', async () => {
      const result = await pages.inPage(async () => {
        const first = await open();
        await first.cache.set(keyOf('kept'), 'kept');
        await first.close();
        const [name] = await databasesOf('/cache');
        await removeDatabase(name);
        const foreign = await new Promise((resolve) => {
          const request = indexedDB.open(name, 1);
          request.onupgradeneeded = () => request.result.createObjectStore('others');
          request.onsuccess = () => resolve(request.result);
        });
        foreign.close();
        const { cache, close } = await open();
        const fetched = await cache.getOrFetch(keyOf('kept'), () => 'fetched');
        const written = await cache.set(keyOf('set'), 'set');
        await until(() => !isWell());
        const found = [];
        for (const name of ['kept', 'set']) found.push((await cache.get(keyOf(name)))?.data);
        await close();
        return { fetched: fetched.data, written: written.disk, found };
      });
      assert.deepEqual(result, { fetched: 'fetched', written: false, found: ['fetched', 'set'] });
    });
  });
}
