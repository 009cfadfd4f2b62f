// What the cache refuses of its options, with which words; the schemas of the installed package, without a browser.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { installedPackageDir } from '../../scripts/lib/paths.mjs';

/** @param {string} file @returns {Promise<any>} */
const part = (file) => import(pathToFileURL(join(installedPackageDir, `${file}.js`)).href);
const [
  { checkedCache, checkedKeeping, checkedFetching },
  { textOf, forgetKeys },
  { Fetchings },
  { likenessHash },
  { cachePersister },
] = await Promise.all(
  ['options/cache', 'cache/key', 'cache/fetching', 'cache/likeness', 'cache/persister'].map(part),
);

const YEAR = 31_536_000_000;
const byDefault = checkedCache({});
const keeping = (/** @type {unknown} */ given) => checkedKeeping('set', given, byDefault, undefined);
const fetching = (/** @type {unknown} */ given) => checkedFetching(given, byDefault, undefined);

/** @param {() => unknown} call @param {string} says @param {string} [code] */
function refuses(call, says, code = 'invalid_option') {
  assert.throws(call, (/** @type {any} */ error) => {
    assert.equal(error.name, 'DashboardError', String(error.stack));
    assert.equal(error.code, code, error.message);
    assert.ok(error.message.includes(says), `${error.message} does not say: ${says}`);
    return true;
  });
}

test('what is left out has the default that the guide names', () => {
  const { topic, ...others } = byDefault;
  assert.equal(topic('s1'), 'supplier:s1');
  assert.deepEqual(others, {
    ttl: 300_000,
    staleTtl: 86_400_000,
    memoryBytes: 8_388_608,
    remote: undefined,
    encrypt: false,
    devices: true,
    tables: 'changes',
    schema: 'public',
    supplierColumn: 'supplier_id',
    rowKey: 'id',
  });
  const kept = {
    ttlMs: 300_000,
    staleMs: 86_400_000,
    tags: [],
    dependsOn: [],
    version: undefined,
    compress: false,
  };
  assert.deepEqual(keeping({}), kept);
  assert.deepEqual(fetching({}), {
    signal: undefined,
    fetching: {
      ...kept,
      negativeMs: 30_000,
      softTimeoutMs: 0,
      hardTimeoutMs: 10_000,
      eagerPercent: 80,
      throttleMs: 30_000,
      force: false,
    },
  });
});

test('the bounds of each number are those that its error names', () => {
  /** @type {[(given: object) => unknown, string, number, number][]} */
  const bounds = [
    [checkedCache, 'ttl', 1, YEAR],
    [checkedCache, 'staleTtl', 0, YEAR],
    [checkedCache, 'memoryBytes', 0, 1_000_000_000],
    [keeping, 'ttl', 1, YEAR],
    [keeping, 'staleTtl', 0, YEAR],
    [fetching, 'ttl', 1, YEAR],
    [fetching, 'softTimeout', 0, 600_000],
    [fetching, 'hardTimeout', 1, 600_000],
    [fetching, 'throttle', 0, 3_600_000],
    [fetching, 'negativeTtl', 0, YEAR],
  ];
  for (const [check, name, least, most] of bounds) {
    for (const good of [least, most]) check({ [name]: good });
    for (const bad of [least - 1, most + 1, Number.NaN, Number.POSITIVE_INFINITY, least + 0.5, '5', null]) {
      refuses(() => check({ [name]: bad }), `"${name}" of`);
      refuses(() => check({ [name]: bad }), `a whole number from ${least} to ${most}`);
    }
  }
  for (const good of [0.1, 0.5, 1]) fetching({ eager: good });
  for (const bad of [0, 0.09, 1.01, -1, Number.NaN, '0.8']) {
    refuses(() => fetching({ eager: bad }), '"eager" of getOrFetch must be a number from 0.1 to 1');
  }
});

test('wrong options are named with what they must be', () => {
  const texts = 'strings, each of 1 to 200 characters';
  for (const [call, says, code] of /** @type {[() => unknown, string, string?][]} */ ([
    [() => checkedCache(7), 'takes an object of options'],
    [() => checkedCache({ tll: 1 }), 'no option "tll". It knows: ttl, staleTtl', 'unknown_option'],
    [() => checkedCache({ remote: '' }), '"remote" of The cache must be a string'],
    [() => checkedCache({ remote: 7 }), '"remote"'],
    [() => checkedCache({ encrypt: 'yes' }), '"encrypt" of The cache must be true or false'],
    [() => checkedCache({ devices: 1 }), '"devices"'],
    [() => checkedCache({ topic: 'supplier' }), '"topic" of The cache must be a function'],
    [() => checkedCache({ tables: 'polling' }), '"changes", "broadcasts" or "none"'],
    [() => checkedCache({ schema: '' }), '"schema"'],
    [() => checkedCache({ supplierColumn: null }), '"supplierColumn"'],
    [() => checkedCache({ rowKey: 'a\ud800' }), '"rowKey"'],
    [() => keeping({ tags: 'metrics' }), `an array of at most 50 ${texts}`],
    [() => keeping({ tags: Array(51).fill('t') }), `an array of at most 50 ${texts}`],
    [() => keeping({ tags: [''] }), '"tags" of set must be'],
    [() => keeping({ tags: ['t'.repeat(201)] }), '200 characters'],
    [() => keeping({ dependsOn: Array(11).fill('clients') }), `an array of at most 10 ${texts}`],
    [() => keeping({ dependsOn: [7] }), '"dependsOn"'],
    [() => keeping({ version: {} }), 'a string or a number'],
    [() => keeping({ version: Number.NaN }), 'a string or a number'],
    [() => keeping({ version: '' }), '1 to 200 characters'],
    [() => keeping({ compress: 1 }), '"compress" of set must be true or false'],
    [() => keeping({ signal: 1 }), 'no option "signal"', 'unknown_option'],
    [() => fetching({ force: 'yes' }), '"force" of getOrFetch must be true or false'],
    [() => fetching({ signal: {} }), '"signal" of getOrFetch must be an AbortSignal'],
    [() => fetching({ staleTTL: 1 }), 'no option "staleTTL"', 'unknown_option'],
    [() => checkedKeeping('set', { version: 2 }, byDefault, '3'), 'that of the key, "3", or left out'],
  ])) {
    refuses(call, says, code);
  }
  // At their bounds.
  keeping({ tags: Array(50).fill('t'.repeat(200)), dependsOn: Array(10).fill('clients:1'), version: 'v' });
  assert.equal(checkedKeeping('set', { version: 3 }, byDefault, '3').version, '3');
});

test('a persister refuses what its cache would refuse later', () => {
  const cache = { getOrFetch: () => {} };
  for (const [call, says, code] of /** @type {[() => unknown, string, string?][]} */ ([
    [() => cachePersister(undefined, 's1'), 'takes a cache as its first argument'],
    [() => cachePersister({}, 's1'), 'takes a cache as its first argument: `cache` of a dashboard'],
    [() => cachePersister(cache, ''), "the supplier's id as its second argument"],
    [() => cachePersister(cache, 's1', 7), 'an object of options'],
    [() => cachePersister(cache, 's1', { name: '' }), '"name" of cachePersister'],
    [() => cachePersister(cache, 's1', { ttl: 0 }), '"ttl" of cachePersister must be a whole number'],
    [() => cachePersister(cache, 's1', { nme: 'x' }), 'no option "nme"', 'unknown_option'],
  ])) {
    refuses(call, says, code);
  }
});

test('a key is what its error says, and no two of different spellings are one', () => {
  const key = { namespace: 'n', supplierId: 's', resource: 'r' };
  for (const [given, says] of /** @type {[any, string][]} */ ([
    [undefined, '`namespace`, `supplierId` and `resource`'],
    [{ ...key, namespace: '' }, '`namespace` of a cache'],
    [{ ...key, supplierId: 7 }, '`supplierId` of a cache'],
    [{ ...key, resource: 'a\ud800' }, '`resource` of a cache'],
    [{ ...key, resource: 'r'.repeat(1_500) }, '1500 characters'],
    [{ ...key, params: [] }, 'a plain object'],
    [{ ...key, params: { at: new Date(0) } }, 'a date as its ISO string'],
    [{ ...key, params: { n: Number.NaN } }, 'finite numbers'],
    [{ ...key, params: { n: 1n } }, 'finite numbers'],
    [{ ...key, params: { version: '' } }, 'A version must be'],
  ])) {
    refuses(() => textOf(given), says);
  }
  const texts = [
    key,
    { ...key, resource: '["r"]' },
    { ...key, namespace: 'n","s', supplierId: 'x' },
    { ...key, params: { a: 1 } },
    { ...key, params: { a: '1' } },
    { ...key, params: { a: [1] } },
    { ...key, params: { a: null } },
  ].map((one) => textOf(one).text);
  assert.equal(new Set(texts).size, texts.length);
  assert.equal(
    textOf({ ...key, params: { b: 1, a: 2 } }).text,
    textOf({ ...key, params: { a: 2, b: 1 } }).text,
  );
  assert.equal(textOf({ ...key, params: { version: 3, a: undefined } }).text, textOf(key).text);
});

/** A key's parameters as JSON whose fields are in order. @param {unknown} value @returns {string} */
function inOrder(value) {
  return JSON.stringify(value, (_, one) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

test('a key that was met before is told from all that resemble it', () => {
  const key = { namespace: 'n', supplierId: 's', resource: 'resembling' };
  const deep = (/** @type {unknown} */ value) => ({ a: { a: { a: { a: { a: value } } } }, b: 1 });
  /** @type {Record<string, unknown>[]} */
  const many = [
    {},
    { a: 'x' },
    { b: 'x' },
    { a: 1 },
    { a: '1' },
    { a: true },
    { a: 'true' },
    { a: null },
    { a: 'null' },
    // The same hash.
    { a: 'Aa', b: 1 },
    { a: 'BB', b: 1 },
    { b: 1, a: 'Aa' },
    { a: 'Aa', c: 1 },
    { a: 1.000_01, b: 1 },
    { a: 1.000_02, b: 1 },
    { a: 2 ** 40, b: 1 },
    { a: -(2 ** 40), b: 1 },
    // A number that is the hash of other parameters.
    { a: likenessHash({ a: 'Aa', b: 1 }) },
    { a: likenessHash('Aa') },
    // What is a list, or further inside.
    { a: [] },
    { a: {} },
    { a: [1, 2] },
    { a: [[1], 2] },
    { a: [1, [2]] },
    { a: [1], b: 2 },
    { a: [1, 2, undefined] },
    { a: [1, undefined, 2] },
    { a: { b: 1 }, c: 2 },
    { a: { b: 1, c: 2 } },
    deep('Aa'),
    deep('BB'),
    deep(['Aa']),
    deep([[1], 2]),
    deep([[], 1, 2]),
    deep({ a: { b: 1 }, c: 2 }),
    deep({ a: {}, b: 1, c: 2 }),
    { ['__proto__']: 1 },
    { ['__proto__']: { a: 1 } },
    { constructor: 1 },
    { toJSON: 1 },
    { 10: 1, 9: 2 },
    { 9: 1, 10: 2 },
    { a: '"', b: '\\' },
    { a: '","b":"', b: '' },
    { a: '', b: '","b":"' },
  ];
  const texts = new Map();
  for (let round = 0; round < 3; round += 1) {
    for (const params of many) {
      // Made anew each time, as a component does.
      const { text } = textOf({ ...key, params: structuredClone(params) });
      const known = texts.get(inOrder(params)) ?? text;
      assert.equal(text, known, inOrder(params));
      texts.set(inOrder(params), text);
    }
  }
  // One is there twice, in another order of its fields.
  assert.equal(new Set(texts.values()).size, many.length - 1);
  assert.equal(
    textOf({ ...key, params: { b: undefined, a: 'x' } }).text,
    textOf({ ...key, params: { a: 'x' } }).text,
  );
});

test('of random parameters those that mean the same have the same text, whatever was met before', () => {
  let seed = 15;
  /** @param {number} most */
  const upTo = (most) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff;
    return (seed >> 8) % most;
  };
  const names = ['a', 'b', 'Aa', 'BB', '1', 'version_', '"'];
  const plain = ['', 'a', 'Aa', 'BB', '1', 'é"', 0, 1, -1, 0.5, 1e300, true, false, null];
  /** @param {number} depth @returns {any} */
  const value = (depth) => {
    const kind = depth > 0 ? upTo(4) : 0;
    if (kind < 2) return plain[upTo(plain.length)];
    const count = upTo(3);
    if (kind === 2) return Array.from({ length: count }, () => value(depth - 1));
    return fields(count, depth - 1);
  };
  /** @param {number} count @param {number} depth */
  const fields = (count, depth) =>
    Object.fromEntries(Array.from({ length: count }, () => [names[upTo(names.length)], value(depth)]));
  const [texts, means] = [new Map(), new Map()];
  for (let n = 0; n < 20_000; n += 1) {
    if (n % 5_000 === 4_999) forgetKeys();
    const [params, resource] = [fields(upTo(4), 2), `r${upTo(3)}`];
    const meaning = `${resource} ${inOrder(params)}`;
    const { text } = textOf({ namespace: 'n', supplierId: 's', resource, params });
    assert.equal(texts.get(meaning) ?? text, text, meaning);
    assert.equal(means.get(text) ?? meaning, meaning, text);
    texts.set(meaning, text);
    means.set(text, meaning);
  }
  assert.ok(texts.size > 5_000, `only ${texts.size} were told apart`);
});

test('what a getter of a key gives the second time is not known by what it gave the first time', () => {
  const key = { namespace: 'n', supplierId: 's', resource: 'getters' };
  const changing = (/** @type {object} */ others) => {
    let times = 0;
    const get = () => (times++ % 2 === 0 ? 'first' : 'second');
    return Object.defineProperty({ ...others }, 'a', { enumerable: true, get });
  };
  textOf({ ...key, params: changing({}) });
  textOf({ ...key, params: changing({ b: 1 }) });
  for (const others of [{}, { b: 1 }]) {
    const first = textOf({ ...key, params: { ...others, a: 'first' } }).text;
    const second = textOf({ ...key, params: { ...others, a: 'second' } }).text;
    assert.ok(first.includes('first') && second.includes('second'), `${first} ${second}`);
  }
  const boom = {
    get a() {
      throw new Error('boom');
    },
  };
  for (const params of [boom, { ...key, b: boom }])
    refuses(() => textOf({ ...key, params }), 'A key of the cache');
});

test('options that were checked before are told from others', () => {
  const fetchings = new Fetchings(byDefault);
  const { signal } = new AbortController();
  const all = [
    {},
    { ttl: 1_000 },
    { ttl: 1_001 },
    { staleTtl: 1_000 },
    { ttl: undefined },
    { tags: ['Aa'] },
    { tags: ['BB'] },
    { tags: ['Aa', 'BB'] },
    { tags: ['Aa'], dependsOn: ['BB'] },
    { dependsOn: ['Aa'], tags: ['BB'] },
    { eager: 0.5, force: true },
    { signal },
    { signal, ttl: 1_000 },
    { version: 3 },
  ];
  for (let round = 0; round < 3; round += 1) {
    for (const given of all) {
      for (const version of [undefined, '3']) {
        assert.deepEqual(fetchings.of({ ...given }, version), checkedFetching(given, byDefault, version));
      }
    }
  }
  // What was right does not make right what resembles it.
  for (const given of [
    { ttl: 0 },
    { ttl: '1000' },
    { tags: 'Aa' },
    { tags: [7] },
    { force: 1 },
    { signal: {} },
    { signal: 7, ttl: 1_000 },
    [],
    null,
  ]) {
    refuses(() => fetchings.of(given, undefined), 'getOrFetch');
  }
  refuses(() => fetchings.of({ ttl: 1_000, tll: 1 }, undefined), 'no option "tll"', 'unknown_option');
  refuses(() => fetchings.of({ version: 3 }, '4'), 'that of the key');
  let times = 0;
  const changing = {
    get ttl() {
      return times++ % 2 === 0 ? 2_000 : 2_001;
    },
  };
  fetchings.of(changing, undefined);
  for (const ttl of [2_000, 2_001]) assert.equal(fetchings.of({ ttl }, undefined).fetching.ttlMs, ttl);
  // A list that the application goes on with is another one.
  const tags = ['a'];
  fetchings.of({ tags }, undefined);
  tags.push('b');
  assert.deepEqual(fetchings.of({ tags }, undefined).fetching.tags, ['a', 'b']);
  assert.deepEqual(fetchings.of({ tags: ['a'] }, undefined).fetching.tags, ['a']);
});
