// The integration client of the built package against a service that fails on command, over real HTTP.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  asked,
  askedElsewhere,
  elsewhere,
  pause,
  place,
  register,
  serve,
  startIntegrationPages,
} from './integration-pages.mjs';
import { failure, wedsync } from './page-names.mjs';

/** @type {Awaited<ReturnType<typeof startIntegrationPages>>} */
let pages;
before(async () => {
  pages = await startIntegrationPages();
});
after(() => pages.stop());

/**
 * @template Result
 * @param {() => Promise<Result>} program
 */
async function inPage(program) {
  const { result, errors } = await pages.inPage(program);
  assert.deepEqual(errors, []);
  return result;
}

test('one layer retries: a request is sent once and as often again as `maxRetries`, and only what may be sent twice', async () => {
  const result = await inPage(async () => {
    /** @type {unknown[]} */
    const told = [];
    for (const reply of [
      { status: 503 },
      { status: 520 },
      { cut: true },
      { status: 429 },
      { status: 501 },
      { status: 404 },
    ]) {
      await serve([reply]);
      const client = register({ breaker: false, retry: { maxRetries: 2, baseDelay: 1 } });
      const { code, retryable } = await failure(client.request('calendar', '/days'));
      told.push([(await asked()).length, code, retryable]);
    }
    for (const [init, reply] of /** @type {[object, object][]} */ ([
      [{ method: 'POST', json: {} }, { status: 503 }],
      [{ method: 'POST', json: {} }, { cut: true }],
      [{ method: 'PATCH', json: {} }, { status: 503 }],
      [{ method: 'POST', json: {}, idempotencyKey: 'k' }, { status: 503 }],
      [{ method: 'PUT', json: {} }, { status: 503 }],
    ])) {
      await serve([reply]);
      const client = register({ breaker: false, retry: { maxRetries: 2, baseDelay: 1 } });
      await failure(client.request('calendar', '/days', init));
      const sent = await asked();
      told.push([
        sent.length,
        new Set(sent.map(({ body, headers }) => body + headers['idempotency-key'])).size,
      ]);
    }
    await serve([{ status: 503 }, { body: '[1]' }]);
    told.push(await register().request('calendar', '/days'));
    return told;
  });
  assert.deepEqual(result, [
    [3, 'request_failed', true],
    [3, 'request_failed', true],
    [3, 'unreachable', true],
    [3, 'request_failed', true],
    [1, 'request_failed', false],
    [1, 'request_failed', false],
    [1, 1],
    [1, 1],
    [1, 1],
    [3, 1],
    [3, 1],
    [1],
  ]);
});

test('scenario 17: answers below 500 are proof of life, and close a half-open breaker; aborts give their permit back', async () => {
  const result = await inPage(async () => {
    const told = [];
    for (const status of [401, 404, 409, 422]) {
      const client = register({ retry: false, breaker: { threshold: 2, timeout: 300, successes: 3 } });
      const breaker = client.breaker('calendar');
      await serve([{ status: 500 }]);
      for (let failed = 0; failed < 2; failed += 1) await failure(client.request('calendar', '/days'));
      const states = [breaker.getState()];
      await pause(breaker.getMetrics().retryAfter + 20);
      // Those who ask for something and leave again take no probe with them.
      await serve([{ hang: true }]);
      for (let left = 0; left < 3; left += 1) {
        const controller = new AbortController();
        const call = failure(client.request('calendar', `/days?${left}`, { signal: controller.signal }));
        await pause(60);
        controller.abort();
        await call;
        await pause(120);
      }
      states.push(breaker.getState());
      await serve([{ status }]);
      for (let answered = 0; answered < 3; answered += 1) await failure(client.request('calendar', '/days'));
      states.push(breaker.getState());
      told.push(states.join(' '), (await asked()).length);
    }
    // 408 and 429 are none: it opens again.
    for (const status of [408, 429, 503]) {
      const client = register({ retry: false, breaker: { threshold: 1, timeout: 200 } });
      const breaker = client.breaker('calendar');
      await serve([{ status }]);
      await failure(client.request('calendar', '/days'));
      await pause(breaker.getMetrics().retryAfter + 20);
      await failure(client.request('calendar', '/days'));
      told.push(breaker.getState(), (await asked()).length);
    }
    // An exception that does not count says nothing, and keeps no permit.
    const client = register({
      retry: false,
      breaker: {
        threshold: 1,
        timeout: 200,
        isFailure: (/** @type {any} */ { name }) => name !== 'RangeError',
      },
    });
    const breaker = client.breaker('calendar');
    await failure(breaker.execute(() => Promise.reject(new Error('down'))));
    await pause(breaker.getMetrics().retryAfter + 20);
    for (let n = 0; n < 5; n += 1)
      told.push((await failure(breaker.execute(() => Promise.reject(new RangeError('ours'))))).message);
    for (let n = 0; n < 3; n += 1) await breaker.execute(() => 1);
    told.push(breaker.getState());
    return told;
  });
  assert.deepEqual(result, [
    ...Array(4).fill(['open half-open closed', 3]).flat(),
    ...Array(3).fill(['open', 2]).flat(),
    ...Array(5).fill('ours'),
    'closed',
  ]);
});

test('a status says what kind of failure it is, with the body as its cause, and `as` what an answer is read as', async () => {
  const result = await inPage(async () => {
    const client = register({ retry: false });
    const told = [];
    await serve([
      { status: 422, body: '{"reason":"no such day"}' },
      { status: 500, body: '<html>' },
    ]);
    for (let asks = 0; asks < 2; asks += 1) {
      const error = await client.request('calendar', '/days').catch((/** @type {any} */ error) => error);
      told.push([error.code, error.cause]);
    }
    await serve([{ body: '{"a":1}' }]);
    told.push(await client.request('calendar', '/days'));
    told.push(await client.request('calendar', '/days', { as: 'text' }));
    told.push([...(await client.request('calendar', '/days', { as: 'bytes' }))].length);
    await serve([{ status: 204, body: '' }]);
    told.push(await client.request('calendar', '/days'));
    const sent = await asked();
    return { told, path: sent[0]?.path };
  });
  assert.deepEqual(result, {
    told: [
      ['request_failed', { status: 422, body: { reason: 'no such day' } }],
      ['request_failed', { status: 500, body: '<html>' }],
      { a: 1 },
      '{"a":1}',
      7,
      null,
    ],
    path: '/v1/days',
  });
});

test('an answer that is too large is cut, one that is no JSON told, and neither says that the service fails', async () => {
  const result = await inPage(async () => {
    const client = register({ maxBytes: 1_000_000, breaker: { threshold: 1 } });
    await serve([{ bytes: 400_000_000 }]);
    const large = await failure(client.request('calendar', '/days'));
    const times = (await asked()).length;
    let isCut = false;
    for (let tries = 0; tries < 100 && !isCut; tries += 1) {
      await pause(50);
      isCut = (await asked())[0]?.isAborted ?? false;
    }
    await serve([{ body: '{"half":' }]);
    const garbage = await failure(client.request('calendar', '/days'));
    return {
      large: [large.code, large.retryable],
      times,
      isCut,
      garbage: garbage.code,
      state: client.breaker('calendar').getState(),
    };
  });
  assert.deepEqual(result, {
    large: ['response_too_large', false],
    times: 1,
    isCut: true,
    garbage: 'response_invalid',
    state: 'closed',
  });
});

test('what no browser sends is an error of the call, and none of the service’s', async () => {
  const result = await inPage(async () => {
    const client = register({ breaker: { threshold: 1 }, retry: { maxRetries: 3 } });
    /** @type {Record<string, string>} */
    const told = {};
    const say = async (/** @type {string} */ name, /** @type {Promise<unknown>} */ promise) => {
      const { code, own } = await failure(promise);
      told[name] = `${code} ${own}`;
    };
    for (const [name, init] of Object.entries({
      'header name': { headers: { 'not a name': '1' } },
      'header value': { headers: { 'x-note': 'two\nlines' } },
      'header outside Latin-1': { headers: { 'x-note': '\u{1F492}' } },
      method: { method: 'GE T' },
      'forbidden method': { method: 'TRACE' },
      'body of a GET': { body: 'x' },
      'JSON and body': { method: 'POST', json: 1, body: 'x' },
      'JSON of itself': {
        method: 'POST',
        json: (() => {
          /** @type {any} */ const own = {};
          own.own = own;
          return own;
        })(),
      },
      bigint: { method: 'POST', json: 1n },
      key: { idempotencyKey: '' },
      'key with a line': { idempotencyKey: 'a\nb' },
      getter: {
        get headers() {
          throw new Error('the application throws');
        },
      },
    }))
      await say(name, client.request('calendar', '/days', init));
    await say('out of the service', client.request('calendar', '/../admin'));
    await say('out of it, encoded', client.request('calendar', '/%2e%2e/admin'));
    const odd = register({ breaker: { threshold: 1 }, credentials: () => ({ 'x-key': 'a\nb' }) });
    await say('credentials', odd.request('calendar', '/days'));
    const thrown = register({
      credentials: () => {
        throw new Error('no key');
      },
    });
    await say('credentials that throw', thrown.request('calendar', '/days'));
    const states = [client, odd, thrown].map((one) => one.breaker('calendar').getState());
    return { told, states, sent: (await asked()).length };
  });
  const invalid = 'invalid_option true';
  const names = Object.keys(result.told);
  assert.equal(names.length, 16);
  assert.deepEqual(result.told, {
    ...Object.fromEntries(names.map((name) => [name, invalid])),
    'credentials that throw': 'token_unavailable true',
  });
  assert.deepEqual([result.states, result.sent], [Array(3).fill('closed'), 0]);
});

test('credentials go to addresses of their service alone, and no redirect takes them elsewhere', async () => {
  const result = await inPage(async () => {
    let asks = 0;
    const credentials = (/** @type {boolean} */ wasRefused) => {
      asks += 1;
      return { 'x-key': 'secret', authorization: wasRefused ? 'fresh' : 'stale' };
    };
    const client = register({ credentials, retry: false, breaker: false });
    const fetching = client.fetch('calendar');
    await client.request('calendar', '/days');
    await fetching(`${place}/v1/days`);
    await fetching(`${place}/v1`);
    const own = (await asked()).map(({ headers }) => headers['x-key']);
    await serve([{}]);
    await fetching(`${place}/v10/days`);
    await fetching(`${place}/`);
    await fetching(`${place}/v1/../admin`);
    await fetching(elsewhere);
    // An origin that begins as the service's does.
    const short = new wedsync.DashboardIntegrationClient({
      services: { calendar: { url: elsewhere.slice(0, -1), credentials, retry: false } },
    });
    await short.fetch('calendar')(elsewhere);
    const others = [...(await asked()), ...(await askedElsewhere())].map(
      ({ headers }) => headers['x-key'] ?? headers.authorization ?? 'none',
    );
    await serve([{ status: 307, headers: { location: `${elsewhere}/thief` } }]);
    const redirected = await failure(client.request('calendar', '/days'));
    const stolen = (await askedElsewhere()).filter(({ path }) => path === '/thief').length;
    // Without credentials a redirect is followed, as ever.
    const open = register({ retry: false });
    const followed = await open.request('calendar', '/days');
    return { asks, own, others, redirected: redirected.code, stolen, followed };
  });
  assert.deepEqual(result, {
    asks: 4,
    own: Array(3).fill('secret'),
    others: Array(5).fill('none'),
    redirected: 'unreachable',
    stolen: 0,
    followed: { ok: true },
  });
});

test('a 401 is answered once more with fresh credentials, whatever a library has sent, and not a third time', async () => {
  const result = await inPage(async () => {
    const credentials = async (/** @type {boolean} */ wasRefused) => ({
      authorization: wasRefused ? 'fresh' : 'stale',
    });
    const client = register({ credentials });
    const seen = async () => (await asked()).map(({ headers }) => headers.authorization);
    await serve([{ status: 401 }, {}]);
    await client.request('calendar', '/days');
    const first = await seen();
    await serve([{ status: 401 }, {}]);
    await client.request('calendar', '/days', { headers: { authorization: 'of the library' } });
    const library = await seen();
    await serve([{ status: 401 }]);
    const { code } = await failure(client.request('calendar', '/days', { method: 'POST', json: { a: 1 } }));
    const bodies = (await asked()).map(({ body }) => body);
    return { first, library, code, bodies, state: client.breaker('calendar').getMetrics().failureCount };
  });
  assert.deepEqual(result, {
    first: ['stale', 'fresh'],
    library: ['of the library', 'fresh'],
    code: 'request_failed',
    bodies: ['{"a":1}', '{"a":1}'],
    state: 0,
  });
});

test('a service is registered once, and one that is not is unknown to every call', async () => {
  const result = await inPage(async () => {
    const client = register();
    const codes = [];
    for (const call of [
      () => client.register('calendar', { url: place }),
      () => client.register('', { url: place }),
      () => client.register('x', {}),
      () => client.register('x', { url: place, timeout: 0 }),
      () => client.register('x', { url: place, tiemout: 1 }),
      () => new wedsync.DashboardIntegrationClient({ servces: {} }),
      () => client.request('nobody', '/'),
      () => client.call('nobody', () => 1),
      () => client.fetch('nobody'),
      () => client.status('nobody'),
      () => client.breaker('nobody'),
    ])
      codes.push((await failure((async () => call())())).code);
    return codes;
  });
  assert.deepEqual(result, [
    'already_registered',
    ...Array(3).fill('invalid_option'),
    ...Array(2).fill('unknown_option'),
    ...Array(5).fill('unknown_service'),
  ]);
});
