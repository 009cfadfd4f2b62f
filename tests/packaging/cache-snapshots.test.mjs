// What the cache shows without asking anybody: its snapshots, and what is fresh in memory.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startCachePages } from './cache-page.mjs';

/* What runs in the page. */
/** @type {any} */
let open;
/** @type {any} */
let keyOf;
/** @type {any} */
let until;

/** @type {Awaited<ReturnType<typeof startCachePages>>} */
let pages;
before(async () => {
  pages = await startCachePages();
});
after(() => pages.stop());

test('scenario 19: a snapshot is one object until something changes, and a miss is one constant object', async () => {
  const result = await pages.inPage(async () => {
    const { cache, close } = await open({ cache: { ttl: 2_000 } });
    const key = keyOf('snapshot');
    const isOneMiss = cache.getSnapshot(key) === cache.getSnapshot(keyOf('another'));
    await cache.set(key, { n: 1 });
    const [first, second] = [cache.getSnapshot(key), cache.getSnapshot(keyOf('snapshot'))];
    /** @type {unknown[]} */
    const told = [];
    const end = cache.subscribe(key, (/** @type {any} */ snapshot) =>
      told.push([snapshot.state, snapshot.data?.n]),
    );
    // What the disk has of it has been read by then.
    await cache.get(keyOf('another'));
    const third = cache.getSnapshot(key);
    await until(() => told.length === 1);
    const fourth = cache.getSnapshot(key);
    await cache.set(key, { n: 2 });
    await until(() => told.length === 2);
    await cache.invalidateSupplier('s1');
    await until(() => told.length === 3);
    end();
    await cache.set(key, { n: 3 });
    await close();
    return {
      isOneMiss,
      isSame: first === second && second === third,
      isFrozen: Object.isFrozen(first),
      states: [first.state, fourth.state],
      isAged: fourth !== first,
      told,
    };
  });
  assert.deepEqual(result, {
    isOneMiss: true,
    isSame: true,
    isFrozen: true,
    states: ['fresh', 'stale'],
    isAged: true,
    told: [
      ['stale', 1],
      ['fresh', 2],
      ['missing', undefined],
    ],
  });
});

test('what is fresh in memory is given and shown without entering the module', async () => {
  const result = await pages.inPage(async () => {
    const { cache, close } = await open();
    const key = keyOf('held');
    const written = await cache.set(key, 'value');
    const { RealtimeClient } = await import(`${'/wedsync_dashboard'}.js`);
    /** @type {string[]} */
    const entered = [];
    const { prototype } = RealtimeClient;
    const names = Object.getOwnPropertyNames(prototype).filter((name) => name.startsWith('cache'));
    for (const name of names) {
      const method = prototype[name];
      prototype[name] = function (/** @type {unknown[]} */ ...given) {
        entered.push(name);
        return method.apply(this, given);
      };
    }
    const states = new Set();
    for (let turn = 0; turn < 1_000; turn += 1) states.add(cache.getSnapshot(key).state);
    states.add(cache.getSnapshot(keyOf('another')).state);
    for (let turn = 0; turn < 100; turn += 1) states.add((await cache.get(key)).data);
    const inMemory = [...entered];
    await cache.get(keyOf('another'));
    await close();
    return { written: written.disk, states: [...states], inMemory, besides: entered.includes('cacheGet') };
  });
  assert.deepEqual(result, {
    written: true,
    states: ['fresh', 'missing', 'value'],
    inMemory: [],
    besides: true,
  });
});
