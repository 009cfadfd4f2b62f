import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { amelia, describeOnEachStorage, password, startBackend } from './support.mjs';

describe('faults of requests', () => {
  let backend;
  let commands;
  before(async () => {
    backend = await startBackend();
    ({ commands } = backend);
  });
  after(() => backend.stop());
  afterEach(() => commands.removeFaults());
  const asOwner = () => ({ authorization: `Bearer ${backend.serviceRoleKey}` });

  test('a request fails with a status, Retry-After and a body', async () => {
    await commands.addFault({
      on: 'request',
      service: 'rest',
      method: 'GET',
      path: '/rest/v1/cli*',
      action: 'fail',
      status: 503,
      retryAfterSeconds: 3,
      body: { code: 'X', message: 'Down for maintenance' },
      skip: 1,
      times: 1,
    });
    const get = () => backend.rest('/clients', { headers: { origin: 'https://app.example', ...asOwner() } });
    assert.equal((await get()).status, 200);
    const failed = await get();
    assert.equal(failed.status, 503);
    assert.equal(failed.headers.get('retry-after'), '3');
    assert.equal(failed.headers.get('access-control-allow-origin'), '*');
    assert.match(failed.headers.get('access-control-expose-headers'), /retry-after/);
    assert.deepEqual(await failed.json(), { code: 'X', message: 'Down for maintenance' });
    assert.equal((await get()).status, 200);
  });

  test('the official client sees the error, and a text stays a text', async () => {
    const fault = { on: 'request', service: 'rest', action: 'fail', status: 429, times: 1 };
    await commands.addFault(fault);
    const { error, status } = await backend.client().from('clients').select('*');
    assert.deepEqual([status, error.message], [429, 'A fault was asked for']);
    await commands.addFault({ ...fault, body: '<h1>busy</h1>' });
    const response = await backend.rest('/clients');
    assert.equal(await response.text(), '<h1>busy</h1>');
    assert.match(response.headers.get('content-type'), /^text\/plain/);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  });

  test('auth can fail too, of one client alone', async () => {
    await commands.addFault({
      on: 'request',
      service: 'auth',
      action: 'fail',
      status: 500,
      client: 'unlucky',
    });
    const signIn = (headers) =>
      fetch(`${backend.url}/auth/v1/token?grant_type=password`, {
        method: 'POST',
        headers: { apikey: backend.anonKey, ...headers },
        body: JSON.stringify({ email: amelia, password }),
      });
    assert.equal((await signIn({ 'x-client-name': 'unlucky' })).status, 500);
    assert.equal((await signIn({ 'x-client-name': 'lucky' })).status, 200);
    assert.equal((await signIn({})).status, 200);
  });

  test('a request is slow', async () => {
    await commands.addFault({ on: 'request', action: 'delay', delayMs: 60, times: 1 });
    const start = performance.now();
    assert.equal((await backend.rest('/clients', { headers: asOwner() })).status, 200);
    assert.ok(performance.now() - start >= 59);
  });

  test('a limit answers 429 and says when to come again, as seconds or as a date', async () => {
    const get = () => backend.rest('/clients', { headers: { origin: 'https://app.example', ...asOwner() } });
    await commands.addFault({ on: 'request', service: 'rest', action: 'limit', perSecond: 1, times: 1 });
    assert.equal((await get()).status, 200);
    const refused = await get();
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '1']);
    assert.deepEqual(await refused.json(), { message: 'A fault was asked for' });

    await commands.addFault({
      ...{ on: 'request', service: 'rest', action: 'fail', status: 503 },
      ...{ retryAfterSeconds: 120, retryAfterAs: 'date', headers: { 'X-Request-Id': 'a-7' }, body: 'later' },
    });
    const later = await get();
    const [again, now] = ['retry-after', 'date'].map((name) => Date.parse(later.headers.get(name)));
    // Both are whole seconds of a moment each.
    assert.ok(again - now >= 119_000 && again - now <= 121_000, later.headers.get('retry-after'));
    assert.equal(later.headers.get('x-request-id'), 'a-7');
    assert.match(later.headers.get('access-control-expose-headers'), /retry-after,x-request-id/);
  });

  test('headers of a fault go before those of the answer', async () => {
    const date = 'Sat, 29 May 2027 10:00:00 GMT';
    const headers = { Date: date, 'Content-Type': 'text/html' };
    await commands.addFault({ on: 'request', action: 'fail', status: 500, headers, body: '<p>oops' });
    const response = await backend.rest('/clients');
    assert.deepEqual(
      [response.headers.get('date'), response.headers.get('content-type')],
      [date, 'text/html'],
    );
  });

  test('a body comes slowly, and whole', async () => {
    const url = '/suppliers?select=id,name&order=name';
    const whole = await (await backend.rest(url, { headers: asOwner() })).text();
    await commands.addFault({ on: 'request', action: 'slowBody', durationMs: 300 });
    const start = performance.now();
    const response = await backend.rest(url, { headers: asOwner() });
    assert.equal(response.status, 200);
    const head = performance.now() - start;
    assert.equal(await response.text(), whole);
    const took = performance.now() - start;
    assert.ok(took >= 290, `the whole took ${took} ms`);
    assert.ok(head < took - 100, `the headers took ${head} ms of ${took}`);
  });

  test('a body is damaged in each way, and the request has run', async () => {
    // Of the same length whenever it runs, which a time is not.
    const add = (name) =>
      backend.rest('/suppliers?select=name,kind', {
        method: 'POST',
        headers: {
          ...asOwner(),
          'content-type': 'application/json',
          prefer: 'return=representation',
        },
        body: JSON.stringify({ name, kind: 'florist' }),
      });
    const damage = (how) => commands.addFault({ on: 'request', action: 'corrupt', how, times: 1 });
    const whole = await (await add('Whole')).text();

    await damage('truncate');
    const half = await add('Half!');
    const text = await half.text();
    assert.deepEqual(
      [half.status, half.headers.get('content-type')],
      [201, 'application/json; charset=utf-8'],
    );
    assert.equal(text.length, Math.floor(whole.length / 2));
    assert.throws(() => JSON.parse(text), SyntaxError);

    await damage('garbage');
    const garbage = await (await add('Noise')).arrayBuffer();
    assert.equal(garbage.byteLength, whole.length);
    assert.throws(() => new TextDecoder('utf-8', { fatal: true }).decode(garbage), TypeError);

    await damage('html');
    const page = await add('Wi-Fi');
    assert.deepEqual([page.status, page.headers.get('content-type')], [200, 'text/html; charset=utf-8']);
    assert.match(await page.text(), /^<!doctype html>/);

    await damage('cut');
    const cut = await add('Cut!!');
    assert.equal(cut.status, 201);
    await assert.rejects(cut.text(), TypeError);

    const added = await backend.sql(
      "select name from public.suppliers where kind = 'florist' and name <> 'Never there' order by created_at",
    );
    assert.deepEqual(
      added.map(({ name }) => name),
      ['Whole', 'Half!', 'Noise', 'Wi-Fi', 'Cut!!'],
    );
  });

  test('a preflight is never touched', async () => {
    await commands.addFault({ on: 'request', action: 'fail', status: 500 });
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
    const preflight = await backend.rest('/clients', { method: 'OPTIONS', headers });
    assert.equal(preflight.status, 204);
  });
});

describeOnEachStorage('lost requests', (backend) => {
  const add = (name) =>
    backend.rest('/suppliers', {
      method: 'POST',
      headers: { authorization: `Bearer ${backend.serviceRoleKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name, kind: 'florist' }),
    });
  const added = (name) =>
    backend.sql(`select count(*)::int as n from public.suppliers where name = '${name}'`);

  test('a lost request runs nothing, a lost reply was committed', async () => {
    const { commands } = backend;
    const fault = { on: 'request', service: 'rest', method: 'POST', path: '/rest/v1/suppliers', times: 1 };
    await commands.addFault({ ...fault, action: 'loseRequest' });
    await assert.rejects(add('Never there'), TypeError);
    assert.deepEqual(await added('Never there'), [{ n: 0 }]);

    await commands.addFault({ ...fault, action: 'loseReply' });
    await assert.rejects(add('There'), TypeError);
    assert.deepEqual(await added('There'), [{ n: 1 }]);
    assert.equal((await add('After')).status, 201);
    assert.deepEqual(
      (await commands.faults()).map(({ hits }) => hits),
      [1, 1],
    );
  });

  test('while connections may be lost no connection is used twice, so that no browser sends again by itself', async () => {
    assert.notEqual((await backend.rest('/clients')).headers.get('connection'), 'close');
    const id = await backend.commands.addFault({ on: 'request', action: 'loseReply', path: '/nowhere' });
    assert.equal((await backend.rest('/clients')).headers.get('connection'), 'close');
    await backend.commands.removeFaults(id);
    assert.notEqual((await backend.rest('/clients')).headers.get('connection'), 'close');
  });
});
