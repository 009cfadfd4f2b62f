// The cache in a real browser: what it gives, when it fetches, and what outlives the page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startCachePages } from './cache-page.mjs';

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
let failure;
/** @type {any} */
let tokenOf;

/** @type {Awaited<ReturnType<typeof startCachePages>>} */
let pages;
before(async () => {
  pages = await startCachePages();
});
after(() => pages.stop());

test('a value is fetched once, given from memory, and there again for the same user in another page', async () => {
  const result = await pages.inPage(async () => {
    const { cache, close } = await open();
    let fetches = 0;
    const read = async () => {
      fetches += 1;
      return { couples: ['Ann & Ben'] };
    };
    const key = keyOf('overview', { month: 5 });
    const five = await Promise.all(Array.from({ length: 5 }, () => cache.getOrFetch(key, read)));
    const again = await cache.getOrFetch(key, read);
    const written = await cache.set(keyOf('other'), [1, 2]);
    await close();
    const second = await reopen();
    const found = await second.cache.get(keyOf('overview', { month: 5 }));
    const other = await second.cache.get(keyOf('other'));
    const none = await second.cache.get(keyOf('overview', { month: 6 }));
    await second.close();
    const stranger = await open({ sub: 'mallory' });
    const strangers = await stranger.cache.get(key);
    await stranger.close();
    return {
      fetches,
      states: [...new Set(five.map(({ state }) => state))],
      isOne: five.every(({ data }) => data === five[0].data),
      again: again.data,
      written,
      found: found?.data,
      other: other?.data,
      none,
      strangers,
    };
  });
  assert.deepEqual(result, {
    fetches: 1,
    states: ['fresh'],
    isOne: true,
    again: { couples: ['Ann & Ben'] },
    written: { disk: true, remote: null },
    found: { couples: ['Ann & Ben'] },
    other: [1, 2],
    none: null,
    strangers: null,
  });
});

test('a stale value is given at once and fetched behind; a failed fetch gives it as degraded, and later nothing', async () => {
  const result = await pages.inPage(async () => {
    const { cache, close } = await open({ cache: { ttl: 1_000, staleTtl: 60_000 } });
    const key = keyOf('stale');
    const untilIs = (/** @type {string} */ wanted) =>
      until(async () => (await cache.get(key)).state === wanted);
    /** @type {unknown[]} */
    const told = [];
    let version = 0;
    let fails = false;
    const read = async () => {
      if (fails) throw new Error('The network is gone.');
      version += 1;
      return version;
    };
    const get = async (options = {}) => {
      const { data, state } = await cache.getOrFetch(key, read, { throttle: 0, ...options });
      told.push([data, state]);
    };
    await get({ eager: 1 });
    await get({ eager: 1 });
    await untilIs('stale');
    await get({ eager: 1 });
    await untilIs('fresh');
    await get({ eager: 1 });
    const short = { ttl: 50, staleTtl: 50 };
    await cache.getOrFetch(keyOf('gone'), read, short);
    fails = true;
    await untilIs('stale');
    await get({ eager: 1 });
    await untilIs('degraded');
    await get({ eager: 1 });
    const error = await cache.getOrFetch(keyOf('gone'), read, short).then(
      () => 'none',
      (/** @type {Error} */ { message }) => message,
    );
    await close();
    return { told, error };
  });
  assert.deepEqual(result, {
    told: [
      [1, 'fresh'],
      [1, 'fresh'],
      [1, 'stale'],
      [2, 'fresh'],
      [2, 'stale'],
      [2, 'degraded'],
    ],
    error: 'The network is gone.',
  });
});

test('scenario 15: what was fetched before a delete, a set or an invalidation reaches its caller and not the cache', async () => {
  const result = await pages.inPage(async () => {
    const { cache, close } = await open();
    const key = keyOf('racing');
    const outcomes = [];
    const changes = [
      () => cache.delete(key),
      () => cache.set(key, 'set'),
      () => cache.invalidateByTag('racers'),
      () => cache.invalidateSupplier('s1'),
      () => cache.changed('s1', 'clients'),
    ];
    for (const change of changes) {
      /** @type {any} */
      let answer;
      const asked = new Promise((resolve) => {
        answer = resolve;
      });
      const options = { tags: ['racers'], dependsOn: ['clients'] };
      /** @type {any} */
      let begin;
      const begun = new Promise((resolve) => {
        begin = resolve;
      });
      const old = cache.getOrFetch(
        key,
        () => {
          begin();
          return asked;
        },
        options,
      );
      await begun;
      await change();
      const newer = cache.getOrFetch(key, async () => 'new', options);
      const { data } = await newer;
      answer('old');
      const given = (await old).data;
      outcomes.push([given, data, (await cache.get(key))?.data]);
      await cache.delete(key);
    }
    await close();
    return outcomes;
  });
  assert.deepEqual(result, [
    ['old', 'new', 'new'],
    ['old', 'set', 'set'],
    ['old', 'new', 'new'],
    ['old', 'new', 'new'],
    ['old', 'new', 'new'],
  ]);
});

test('scenario 16: five share one request, one leaves, and the others get theirs; when all have left it is aborted', async () => {
  const result = await pages.inPage(async () => {
    const { cache, close } = await open();
    let fetches = 0;
    let aborted = 0;
    /** @type {any} */
    let answer;
    const read = (/** @type {{ signal: AbortSignal }} */ { signal }) => {
      fetches += 1;
      signal.addEventListener('abort', () => {
        aborted += 1;
      });
      return new Promise((resolve) => {
        answer = () => resolve(fetches);
      });
    };
    const controllers = Array.from({ length: 5 }, () => new AbortController());
    const key = keyOf('shared');
    const calls = controllers.map(({ signal }) => cache.getOrFetch(key, read, { signal }));
    await until(() => fetches === 1);
    controllers[0]?.abort(new Error('I leave.'));
    await calls[0]?.catch(() => {});
    answer();
    const told = await Promise.all(
      calls.map((call) =>
        call.then(
          (/** @type {any} */ { data }) => data,
          (/** @type {Error} */ { message }) => message,
        ),
      ),
    );
    await cache.delete(key);
    const last = new AbortController();
    const left = cache.getOrFetch(key, read, { signal: last.signal });
    await until(() => fetches === 2);
    last.abort();
    const reason = await left.catch((/** @type {Error} */ { name }) => name);
    await until(() => aborted === 1);
    const next = cache.getOrFetch(key, read);
    await until(() => fetches === 3);
    answer();
    const after = await next;
    await close();
    return { told, fetches, aborted, reason, after: after.data };
  });
  assert.deepEqual(result, {
    told: ['I leave.', 1, 1, 1, 1],
    fetches: 3,
    aborted: 1,
    reason: 'AbortError',
    after: 3,
  });
});

test('another user is shown and given nothing of the first one’s, with answers under way', async () => {
  const result = await pages.inPage(async () => {
    const { cache, realtime, close } = await open({ accessToken: tokenOf('amelia') });
    const key = keyOf('mine');
    await cache.set(key, 'amelia’s');
    /** @type {any} */
    let answer;
    const under = cache.getOrFetch(
      keyOf('under way'),
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const ended = failure(under);
    await until(() => answer);
    await realtime.setAuth(tokenOf('ben'));
    const shown = cache.getSnapshot(key).state;
    const found = await cache.get(key);
    answer('amelia’s');
    const code = await ended;
    // It goes through all tiers after what was answered.
    await cache.set(keyOf('own'), 'ben’s');
    const late = await cache.get(keyOf('under way'));
    await realtime.setAuth(tokenOf('amelia'));
    const back = await cache.get(key);
    await close();
    return { shown, found, code, late, back: back?.data };
  });
  assert.deepEqual(result, {
    shown: 'missing',
    found: null,
    code: 'user_changed',
    late: null,
    back: 'amelia’s',
  });
});
