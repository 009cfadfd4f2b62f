// The cache in a real browser: what it gives, when it fetches, and what outlives the page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startModulePages } from './module-page.mjs';

/* What runs in the page. */
/** @type {any} */
let failure;
/** @type {any} */
let open;
/** @type {any} */
let keyOf;
/** @type {any} */
let options;
/** @type {any} */
let userToken;
/** @type {any} */
let pause;
/** @type {any} */
let wedsync;

/** @type {Awaited<ReturnType<typeof startModulePages>>} */
let pages;

before(async () => {
  pages = await startModulePages();
});
after(() => pages.stop());

async function prepare(/** @type {import('@playwright/test').Page} */ page) {
  await page.evaluate(`(async () => {
    globalThis.userToken = (sub) => ['e30', btoa(JSON.stringify({ sub })).replaceAll('=', ''), 'x'].join('.');
    globalThis.open = async (cache = {}, sub = 'amelia') => wedsync.createDashboard({
      ...options, accessToken: () => userToken(sub), cache: { devices: false, tables: 'none', ...cache },
    });
    globalThis.keyOf = (resource, params) => ({ namespace: 'test', supplierId: 's1', resource, params });
    globalThis.pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  })()`);
}

/** @template Result @param {() => Promise<Result>} program */
async function inPage(program) {
  const { result, errors } = await pages.inPage(program, { prepare });
  assert.deepEqual(errors, []);
  return result;
}

test('a value is fetched once, given from memory, and there again for the same user in another page', async () => {
  const result = await inPage(async () => {
    const { cache, close } = await open();
    let fetches = 0;
    const read = async () => {
      fetches += 1;
      await pause(20);
      return { couples: ['Ann & Ben'] };
    };
    const key = keyOf('overview', { month: 5 });
    const five = await Promise.all(Array.from({ length: 5 }, () => cache.getOrFetch(key, read)));
    const again = await cache.getOrFetch(key, read);
    const written = await cache.set(keyOf('other'), [1, 2]);
    await close();
    const second = await open();
    const found = await second.cache.get(keyOf('overview', { month: 5 }));
    const other = await second.cache.get(keyOf('other'));
    const none = await second.cache.get(keyOf('overview', { month: 6 }));
    await second.close();
    const stranger = await open({}, 'mallory');
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
  const result = await inPage(async () => {
    const { cache, close } = await open({ ttl: 1_000, staleTtl: 60_000 });
    const key = keyOf('stale');
    const until = async (/** @type {string} */ wanted) => {
      while ((await cache.get(key)).state !== wanted) await pause(5);
    };
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
    await until('stale');
    await get({ eager: 1 });
    await until('fresh');
    await get({ eager: 1 });
    const short = { ttl: 50, staleTtl: 50 };
    await cache.getOrFetch(keyOf('gone'), read, short);
    fails = true;
    await until('stale');
    await get({ eager: 1 });
    await until('degraded');
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
  const result = await inPage(async () => {
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
  const result = await inPage(async () => {
    const { cache, close } = await open();
    let fetches = 0;
    let aborted = 0;
    /** @type {any} */
    let answer;
    const until = async (/** @type {() => boolean} */ isSo) => {
      while (!isSo()) await pause(1);
    };
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

test('keys of any spelling stay apart, and equal ones are one', async () => {
  const result = await inPage(async () => {
    const { cache, close } = await open();
    /** @type {(namespace: string, supplierId: string, resource: string, params?: object) => object} */
    const of = (namespace, supplierId, resource, params) => ({ namespace, supplierId, resource, params });
    const keys = [
      of('a', 'b', 'c'),
      of('a:b', 'c', 'd'),
      of('a', 'b:c', 'd'),
      of('a","b', 'c', 'd'),
      of('a', 'b', 'c', { x: 1 }),
      of('a', 'b', 'c', { x: '1' }),
      of('a', 'b', 'c', { x: [1] }),
      of('a', 'b', 'c', { x: { y: 1 } }),
      of('a', 'b', 'c', { 'x:1': true }),
      of('a', 'b', 'c{"x":1}'),
      of('婚礼', 'b', 'c'),
      of('\u0000', 'b', 'c'),
      of('e\u0301', 'b', 'c'),
      of('\u00e9', 'b', 'c'),
      of('__proto__', 'b', 'c'),
    ];
    await Promise.all(keys.map((key, place) => cache.set(key, place)));
    const found = await Promise.all(keys.map(async (key) => (await cache.get(key))?.data));
    const same = await cache.get(of('a', 'b', 'c', { y: undefined, x: 1 }));
    const two = of('a', 'b', 'c', { one: 1, two: [{ a: 1, b: 2 }] });
    await cache.set(two, 'ordered');
    const other = await cache.get(of('a', 'b', 'c', { two: [{ b: 2, a: 1 }], one: 1 }));
    await close();
    return { found, same: same?.data, other: other?.data };
  });
  assert.deepEqual(result, {
    found: Array.from({ length: 15 }, (_, place) => place),
    same: 4,
    other: 'ordered',
  });
});

test('bad input is a clear error at the call', async () => {
  const result = await inPage(async () => {
    const { cache, close } = await open();
    const key = keyOf('bad');
    /** @type {Record<string, string>} */
    const codes = {};
    const told = async (/** @type {string} */ name, /** @type {() => unknown} */ call) => {
      codes[name] = await failure((async () => call())()).then(
        (/** @type {any} */ error) => error.code ?? error,
      );
    };
    for (const ttl of [0, -1, Number.NaN, 31_536_000_001, '5', 1.5])
      await told(`ttl ${ttl}`, () => cache.set(key, 1, { ttl }));
    await told('a year', () => cache.set(key, 1, { ttl: 31_536_000_000 }));
    await told('tags', () => cache.set(key, 1, { tags: Array.from({ length: 1_000 }, (_, n) => `t${n}`) }));
    await told('long tag', () => cache.set(key, 1, { tags: ['x'.repeat(201)] }));
    await told('function', () => cache.set(key, () => {}));
    await told('undefined', () => cache.set(key, undefined));
    await told('no key', () => cache.get(undefined));
    await told('empty', () => cache.get(keyOf('')));
    await told('half', () => cache.get(keyOf('\ud800')));
    await told('NaN', () => cache.get(keyOf('x', { n: Number.NaN })));
    await told('date', () => cache.get(keyOf('x', { at: new Date() })));
    await told('long key', () => cache.get(keyOf('x'.repeat(2_000))));
    await told('fetcher', () => cache.getOrFetch(key, 'no'));
    await told('unknown', () => cache.getOrFetch(key, () => 1, { tll: 5 }));
    await told('signal', () => cache.getOrFetch(key, () => 1, { signal: {} }));
    await told('eager', () => cache.getOrFetch(key, () => 1, { eager: 80 }));
    await told('version', () => cache.set(keyOf('x', { version: 1 }), 1, { version: 2 }));
    await told('50 MB', () => cache.set(keyOf('large'), 'x'.repeat(50_000_000)));
    await told('supplier', () => cache.invalidateSupplier(''));
    await told('tag', () => cache.invalidateByTag(5));
    await told('warm', () => cache.warmCache('s1', {}));
    await told('entry', () => cache.warmCache('s1', [null]));
    await close();
    await told('closed', () => cache.get(key));
    return codes;
  });
  const { 'a year': year, function: cloned, '50 MB': large, unknown, closed, ...rest } = result;
  assert.deepEqual(
    { year, cloned, large, unknown, closed },
    {
      year: 'no error',
      cloned: 'not_cloneable',
      large: 'value_too_large',
      unknown: 'unknown_option',
      closed: 'closed',
    },
  );
  assert.deepEqual(new Set(Object.values(rest)), new Set(['invalid_option']), JSON.stringify(rest));
});

test('scenario 19: a snapshot is one object until something changes, and a miss is one constant object', async () => {
  const result = await inPage(async () => {
    const { cache, close } = await open({ ttl: 2_000 });
    const key = keyOf('snapshot');
    const isOneMiss = cache.getSnapshot(key) === cache.getSnapshot(keyOf('another'));
    await cache.set(key, { n: 1 });
    const [first, second] = [cache.getSnapshot(key), cache.getSnapshot(keyOf('snapshot'))];
    /** @type {unknown[]} */
    const told = [];
    const end = cache.subscribe(key, (/** @type {any} */ snapshot) =>
      told.push([snapshot.state, snapshot.data?.n]),
    );
    await pause(20);
    const third = cache.getSnapshot(key);
    while (told.length === 0) await pause(5);
    const fourth = cache.getSnapshot(key);
    await cache.set(key, { n: 2 });
    await pause(0);
    await cache.invalidateSupplier('s1');
    await pause(10);
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
  const result = await inPage(async () => {
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

test('another user is shown and given nothing of the first one’s, with answers under way', async () => {
  const result = await inPage(async () => {
    let sub = 'amelia';
    const dashboard = await wedsync.createDashboard({
      ...options,
      accessToken: userToken(sub),
      cache: { devices: false, tables: 'none' },
    });
    const { cache, realtime } = dashboard;
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
    while (!answer) await pause(1);
    sub = 'ben';
    await realtime.setAuth(userToken(sub));
    const shown = cache.getSnapshot(key).state;
    const found = await cache.get(key);
    answer('amelia’s');
    const code = (await ended).code;
    await pause(20);
    const late = await cache.get(keyOf('under way'));
    await realtime.setAuth(userToken('amelia'));
    const back = await cache.get(key);
    await dashboard.close();
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

test('with encryption nothing readable lies on the disk, and it is read again', async () => {
  const result = await inPage(async () => {
    const { cache, close } = await open({ encrypt: true });
    const key = keyOf('secret');
    const written = await cache.set(key, { couple: 'Ann & Ben' });
    await cache.set(keyOf('large'), 'Ann & Ben '.repeat(20_000), { compress: true });
    await close();
    const { indexedDB } = /** @type {any} */ (globalThis);
    let text = '';
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise((resolve) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => resolve(opening.result);
      });
      for (const store of database.objectStoreNames) {
        const all = await new Promise((resolve) => {
          const asking = database.transaction(store).objectStore(store).getAll();
          asking.onsuccess = () => resolve(asking.result);
        });
        text += JSON.stringify(all, (_, value) =>
          ArrayBuffer.isView(value) || value instanceof ArrayBuffer
            ? new TextDecoder().decode(/** @type {any} */ (value))
            : value,
        );
      }
      database.close();
    }
    const second = await open({ encrypt: true });
    const found = await second.cache.get(key);
    const large = await second.cache.get(keyOf('large'));
    await second.close();
    return {
      written,
      isReadable: text.includes('Ann & Ben'),
      length: text.length > 100,
      found: found?.data,
      large: large?.data.length,
    };
  });
  assert.deepEqual(result, {
    written: { disk: true, remote: null },
    isReadable: false,
    length: true,
    found: { couple: 'Ann & Ben' },
    large: 200_000,
  });
});

test('what is encrypted is read under its own key and as its own version alone', async () => {
  const result = await inPage(async () => {
    const { indexedDB } = /** @type {any} */ (globalThis);
    /** Shows each entry on the disk, header and body, to be changed. */
    async function onDisk(/** @type {(entry: [string, Uint8Array]) => void} */ change) {
      const look = (/** @type {any} */ value) => {
        if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
        if (Array.isArray(value) && typeof value[0] === 'string' && value[1] instanceof Uint8Array) {
          change(/** @type {any} */ (value));
        } else Object.values(value).forEach(look);
      };
      for (const { name } of await indexedDB.databases()) {
        const database = await new Promise((resolve) => {
          const opening = indexedDB.open(name);
          opening.onsuccess = () => resolve(opening.result);
        });
        for (const store of database.objectStoreNames) {
          const transaction = database.transaction(store, 'readwrite');
          await new Promise((resolve) => {
            transaction.oncomplete = resolve;
            transaction.objectStore(store).openCursor().onsuccess = (/** @type {any} */ event) => {
              const cursor = event.target.result;
              if (!cursor) return;
              const { value } = cursor;
              look(value);
              if (store === 'segments' && !(value instanceof /** @type {any} */ (globalThis).CryptoKey))
                cursor.update(value);
              cursor.continue();
            };
          });
        }
        database.close();
      }
    }
    async function inCache(/** @type {(cache: any) => Promise<unknown>} */ act) {
      const { cache, close } = await open({ encrypt: true });
      const told = await act(cache);
      await close();
      return told;
    }
    const names = ['one', 'two', 'old', 'kept'];
    const bodies = new Map();
    const nameOf = (/** @type {string} */ header) => names.find((name) => header.includes(`"${name}"`)) ?? '';
    await inCache(async (cache) => {
      for (const name of names) await cache.set(keyOf(name), `of ${name}`, { version: 'v 1' });
    });
    await onDisk(([header, body]) => bodies.set(nameOf(header), body));
    await inCache((cache) => cache.set(keyOf('old'), 'newer', { version: 'v 2' }));
    let places = 0;
    const moved = /** @type {Record<string, string>} */ ({ one: 'two', two: 'one', old: 'old' });
    await onDisk((entry) => {
      const from = moved[nameOf(entry[0])];
      if (from === undefined) return;
      places += 1;
      entry[1] = bodies.get(from);
    });
    return inCache(async (cache) => {
      const found = [];
      for (const name of names) found.push((await cache.get(keyOf(name)))?.data ?? null);
      return { found, bodies: [...bodies.keys()].sort(), places };
    });
  });
  const { places } = /** @type {{ places: number }} */ (result);
  assert.deepEqual(result, {
    found: [null, null, null, 'of kept'],
    bodies: ['kept', 'old', 'one', 'two'],
    places,
  });
  assert.ok(places >= 3, `${places}`);
});
