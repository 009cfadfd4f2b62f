import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf, headerOf, said, until } from './rig.mjs';
import { tiers } from './tiers.mjs';

/** Keys that something may take for others. */
const keys = [
  'clients',
  'clients:1',
  'clients/1',
  'clients%2F1',
  'clients 1',
  'clients+1',
  'clients}{1',
  '{cakes}',
  '["clients",{"a":"b&key=c"}]',
  'roses:e:clients',
  'Müller',
  'Mu\u0308ller',
  '婚礼',
  '👰🏽',
  'a\u0000b',
  'a\nb',
  'ff',
  '-',
  '__proto__',
  'x'.repeat(4_000),
];

/** A text of so many bytes, not all of one kind. @param {number} length */
function textOf(length) {
  return JSON.stringify('é0123456789"'.repeat(Math.ceil(length / 13)).slice(0, length - 900_000)).slice(
    0,
    length,
  );
}

for (const { tier, make } of tiers) {
  test(`${tier}: an entry is given as it was put, with its age and to nobody's cache`, async () => {
    const { get, put } = make();
    const body = JSON.stringify([{ name: 'Zoë', n: 1.5 }, null]);
    assert.equal((await get('a')).status, 204);
    assert.equal((await put('a', body)).status, 204);
    const answer = await get('a');
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), body);
    assert.equal(answer.headers.get('x-cache-entry'), headerOf('a'));
    assert.equal(answer.headers.get('x-cache-tier'), tier);
    assert.equal(answer.headers.get('age'), '0');
    assert.equal(answer.headers.get('cache-control'), 'private, no-store');
    assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  });

  test(`${tier}: who has the value already gets the rest alone`, async () => {
    const { ask, get, put } = make();
    await put('etag', '"one"');
    const etag = (await get('etag')).headers.get('etag') ?? '';
    assert.match(etag, /^"[\w-]{22}"$/);
    const path = 'entry?supplier=roses&key=etag';
    for (const given of [etag, `W/${etag}`]) {
      const answer = await ask(path, { headers: { 'if-none-match': given } });
      assert.equal(answer.status, 304);
      assert.equal(await answer.text(), '');
      assert.equal(answer.headers.get('x-cache-entry'), headerOf('etag'));
      assert.equal(answer.headers.get('etag'), etag);
    }
    await put('etag', '"two"');
    const changed = await ask(path, { headers: { 'if-none-match': etag } });
    assert.equal(await changed.text(), '"two"');
    assert.notEqual(changed.headers.get('etag'), etag);
  });

  test(`${tier}: no two keys are one, whatever is in them`, async () => {
    const { get, put } = make();
    for (const [index, key] of keys.entries()) assert.equal((await put(key, `${index}`)).status, 204, key);
    for (const [index, key] of keys.entries()) assert.equal(await (await get(key)).text(), `${index}`, key);
  });

  test(`${tier}: several entries are put at once, each by itself`, async () => {
    const { get, post, put } = make();
    const { generations } = await said(post('invalidate', { tags: ['xold'] }));
    const entries = keys.map((key, index) => ({
      key,
      body: `"${index}"`,
      // Fetched before the tag was invalidated, and the next one after it.
      header: headerOf(key, { tags: index < 2 ? { xold: index === 0 ? '0.0.0' : generations.xold } : {} }),
    }));
    await put(keys[0] ?? '', '"former"');
    const answer = await said(post('entries', { entries }));
    assert.deepEqual(answer.superseded, keys.slice(0, 1));
    assert.deepEqual(answer.stored, keys.slice(1));
    assert.equal(answer.generations.xold, generations.xold);
    assert.equal(await (await get(keys[0] ?? '')).text(), '"former"', 'nothing of it was changed');
    assert.equal(await (await get(keys[5] ?? '')).text(), '"5"');
  });

  test(`${tier}: a value that cannot be kept takes the older one under its key away, and keeps no other out`, async () => {
    const { get, post, put } = make({ maxEntryBytes: 1_000 });
    for (const key of ['large', 'strange', 'newer']) assert.equal((await put(key, '"former"')).status, 204);
    const { generations } = await said(post('invalidate', { tags: ['xnews'] }));
    const answer = await said(
      post('entries', {
        entries: [
          { key: 'large', header: headerOf('large'), body: 'x'.repeat(1_001) },
          { key: 'wide', header: headerOf('wide'), body: 'é'.repeat(501) },
          { key: 'strange', header: headerOf('strange', { tags: { klarge: '0.0.0' } }), body: null },
          { key: 'newer', header: headerOf('newer', { tags: { xnews: '0.0.0' } }), body: null },
          { key: 'small', header: headerOf('small'), body: '1' },
        ],
      }),
    );
    assert.deepEqual(answer, {
      stored: ['small'],
      removed: ['large', 'wide', 'strange'],
      superseded: ['newer'],
      generations: { ...answer.generations, xnews: generations.xnews },
    });
    for (const key of ['large', 'wide', 'strange']) assert.equal((await get(key)).status, 204, key);
    assert.equal(
      await (await get('newer')).text(),
      '"former"',
      'what was fetched too early takes nothing away',
    );
    assert.equal(await (await get('small')).text(), '1');
  });

  test(`${tier}: an entry is gone when its time is over`, async () => {
    const { get, put } = make({ maxAge: 1 });
    await put('short', '1', { ttl: 1, stale: 1 });
    await until(async () => (await get('short')).status === 204);
    await put('long', '1', { ttl: 31_536_000_000 });
    assert.equal((await get('long')).status, 200);
    await until(async () => (await get('long')).status === 204);
  });

  test(`${tier}: 5 MB go through, and what is larger is refused, whatever it says of its length`, async () => {
    const { ask, get, put, post } = make();
    const body = 'x'.repeat(5_242_880);
    assert.equal((await put('large', `${body}`)).status, 204);
    const answer = await get('large');
    assert.equal(answer.headers.get('content-length'), '5242880');
    assert.equal(await answer.text(), body);

    assert.equal(await codeOf(await put('larger', `${body}x`)), '413 too_large');
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    assert.equal(await codeOf(await put('endless', endless)), '413 too_large');
    assert.ok(sent < 6_000_000, 'it was read no further than need be');
    const lying = await ask('entry?supplier=roses&key=lying', {
      method: 'PUT',
      body: '1',
      headers: { 'x-cache-entry': headerOf('lying'), 'content-length': '5242881' },
    });
    assert.equal(await codeOf(lying), '413 too_large');
    const many = ['a', 'b', 'c'].map((key) => ({ key, header: headerOf(key), body }));
    assert.equal(await codeOf(await post('entries', { entries: many })), '413 too_large');
    assert.equal((await get('larger')).status, 204);
  });

  test(`${tier}: a body that breaks off is not kept`, async () => {
    const { get, put } = make();
    const broken = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('"half')),
      pull: (controller) => controller.error(new Error('gone')),
    });
    assert.equal(await codeOf(await put('broken', broken)), '400 invalid_request');
    assert.equal((await get('broken')).status, 204);
  });

  test(`${tier}: that there is nothing under a key can be kept too`, async () => {
    const { get, put } = make();
    assert.equal((await put('nothing', '', { flags: 1 })).status, 204);
    const answer = await get('nothing');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('x-cache-entry'), headerOf('nothing', { flags: 1 }));
    assert.equal(await codeOf(await put('something', '')), '400 invalid_request');
  });

  test(`${tier}: what is no entry is refused`, async () => {
    const { ask, put, post } = make();
    const headers = [
      null,
      '',
      'nonsense',
      headerOf('other key'),
      headerOf('bad', { supplier: 'cakes' }),
      headerOf('bad', { flags: 2 }),
      headerOf('bad', { flags: 8 }),
      headerOf('bad', { ttl: 0 }),
      headerOf('bad', { tags: { xa: '4503599627370497.1.0' } }),
      `${headerOf('bad')} more`,
      headerOf('bad').replace(' 2 kbad 0.0.0', ' 3 kbad 0.0.0 kbad 0.0.0'),
      headerOf('bad', {
        tags: Object.fromEntries(Array.from({ length: 79 }, (_, tag) => [`x${tag}`, '0.0.0'])),
      }),
    ];
    for (const header of headers) {
      const answer = await ask('entry?supplier=roses&key=bad', {
        method: 'PUT',
        body: '1',
        headers: header === null ? {} : { 'x-cache-entry': header },
      });
      assert.equal(await codeOf(answer), '400 invalid_request', String(header));
    }
    const most = Object.fromEntries(Array.from({ length: 78 }, (_, tag) => [`x${tag}`, '0.0.0']));
    assert.equal((await put('good', '1', { tags: most })).status, 204);
    assert.equal(
      await codeOf(await put('good', '1', { tags: { ['x'.repeat(13_000)]: '0.0.0' } })),
      '413 too_large',
    );
    const one = { key: 'one', header: headerOf('one'), body: '1' };
    for (const entries of [
      undefined,
      [],
      {},
      [null],
      [{ ...one, body: 1 }],
      [{ ...one, key: '' }],
      [one, one],
    ]) {
      assert.equal(await codeOf(await post('entries', { entries })), '400 invalid_request');
    }
    assert.equal(
      await codeOf(await post('entries', { entries: [{ ...one, key: '\ud800' }] })),
      '400 invalid_request',
    );
  });
}

test('what is no request is refused before anybody is asked', async () => {
  const { ask, put } = tiers[0]?.make() ?? assert.fail();
  const asked = [
    ['entry', {}, '400 invalid_request'],
    ['entry?supplier=&key=a', {}, '400 invalid_request'],
    ['entry?supplier=roses&key=', {}, '400 invalid_request'],
    [`entry?supplier=roses&key=${'x'.repeat(4_097)}`, {}, '413 too_large'],
    [`entry?supplier=${'x'.repeat(201)}&key=a`, {}, '413 too_large'],
    ['nothing', {}, '404 invalid_request'],
    ['constructor', {}, '404 invalid_request'],
    ['entry?supplier=roses&key=a', { method: 'DELETE' }, '405 invalid_request'],
    ['invalidate', {}, '405 invalid_request'],
    ['invalidate', { method: 'POST' }, '400 invalid_request'],
    ['invalidate', { method: 'POST', body: '[]' }, '400 invalid_request'],
    ['invalidate', { method: 'POST', body: '{"supplier":' }, '400 invalid_request'],
    ['invalidate', { method: 'POST', body: new Uint8Array([0x22, 0xff, 0x22]) }, '400 invalid_request'],
    ['invalidate', { method: 'POST', body: '{"supplier":7,"all":true}' }, '400 invalid_request'],
    ['invalidate', { method: 'POST', body: 'x'.repeat(10_485_761) }, '413 too_large'],
  ];
  for (const [path, init, expected] of asked) {
    const answer = await ask(String(path), /** @type {RequestInit} */ (init));
    assert.equal(await codeOf(answer), expected, String(path));
    assert.equal(answer.headers.get('cache-control'), 'private, no-store');
  }
  assert.equal((await put('a', textOf(2_000_000))).status, 204);
  assert.equal(
    (await ask('entry?supplier=roses&key=a', { method: 'POST' })).headers.get('allow'),
    'GET, PUT',
  );
});
