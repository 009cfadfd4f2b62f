// What the cache is given as keys, values and options in a real browser: no two keys are one, and what cannot be is an error at the call.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startCachePages } from './cache-page.mjs';

/* What runs in the page. */
/** @type {any} */
let open;
/** @type {any} */
let keyOf;
/** @type {any} */
let failure;

/** @type {Awaited<ReturnType<typeof startCachePages>>} */
let pages;
before(async () => {
  pages = await startCachePages();
});
after(() => pages.stop());

test('keys of any spelling stay apart, and equal ones are one', async () => {
  const result = await pages.inPage(async () => {
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
  const result = await pages.inPage(async () => {
    const { cache, close } = await open();
    const key = keyOf('bad');
    /** @type {Record<string, string>} */
    const codes = {};
    const told = async (/** @type {string} */ name, /** @type {() => unknown} */ call) => {
      codes[name] = await failure((async () => call())());
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
    await told('hole', () => cache.warmCache('s1', Array(1)));
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
