import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type Account, Accounts, readAccount } from '../src/lib/external/accounts.ts';
import { ask, type Question } from '../src/lib/external/ask.ts';
import { isServiceName, isWanted, readService } from '../src/lib/external/services.ts';

/** A server on a free port while `use` runs. */
async function serving(answer: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** What becomes of a question that is answered so; without the moment, which differs. */
async function asked(answer: RequestListener, question: Partial<Question> = {}) {
  let found: Awaited<ReturnType<typeof ask>> | undefined;
  await serving(answer, async (url) => {
    found = await ask({ url, key: 'the-key', account: 'a1', ...question });
  });
  assert.ok(found);
  return found;
}

test('a service’s settings are its own, and what is missing or wrong is named', () => {
  const whole = { CALENDAR_URL: 'https://calendar.example/v1/', CALENDAR_KEY: 'key' };
  assert.deepEqual(readService('calendar', whole), {
    problem: null,
    url: 'https://calendar.example/v1',
    key: 'key',
  });
  assert.match(
    readService('payments', whole).problem ?? '',
    /Set PAYMENTS_URL and PAYMENTS_KEY, and restart/,
  );
  const cases: [Record<string, string>, RegExp][] = [
    [{}, /^The calendar is not set up\. /],
    [{ CALENDAR_KEY: 'key' }, /^CALENDAR_URL is not set/],
    [{ CALENDAR_URL: 'https://calendar.example' }, /^CALENDAR_KEY is not set/],
    [{ CALENDAR_URL: 'calendar.example', CALENDAR_KEY: 'key' }, /^CALENDAR_URL is not a web address/],
    [{ CALENDAR_URL: 'file:///etc/passwd', CALENDAR_KEY: 'key' }, /^CALENDAR_URL is not a web address/],
    [{ ...whole, CALENDAR_KEY: 'two words' }, /^CALENDAR_KEY has characters/],
    [{ ...whole, CALENDAR_KEY: 'key\n' }, /^CALENDAR_KEY has characters/],
  ];
  for (const [environment, problem] of cases) {
    assert.match(readService('calendar', environment).problem ?? '', problem);
  }
  assert.deepEqual(
    [isWanted('calendar', whole), isWanted('payments', whole), isWanted('payments', { PAYMENTS_KEY: 'key' })],
    [true, false, true],
  );
});

test('only the two services have a name', () => {
  for (const name of ['calendar', 'payments']) assert.ok(isServiceName(name));
  for (const name of [null, '', 'Calendar', 'weather', 'toString', 'calendar, payments']) {
    assert.ok(!isServiceName(name), String(name));
  }
});

test('an answer is passed on with its date, and asked for with key and account', async () => {
  const date = 'Sat, 29 May 2027 10:00:00 GMT';
  const answer = await asked(({ headers }, response) => {
    response.writeHead(200, { date });
    response.end(JSON.stringify([headers.authorization, headers['x-account'], headers.cookie ?? null]));
  });
  assert.deepEqual(answer, { ok: true, data: ['Bearer the-key', 'a1', null], date });
});

test('a refusal keeps its status and says when to come again; what it says itself stays here', async () => {
  for (const status of [400, 404, 408, 429, 500, 503]) {
    const date = 'Sat, 29 May 2027 10:00:00 GMT';
    const answer = await asked((_, response) => {
      response.writeHead(status, { 'retry-after': 'Sat, 29 May 2027 10:02:00 GMT', date });
      response.end('the-key at 10.0.0.7 is wrong');
    });
    assert.deepEqual(answer, {
      ok: false,
      status,
      code: 'service_failed',
      message: `The service answered with status ${status}.`,
      retryAfter: 'Sat, 29 May 2027 10:02:00 GMT',
      date,
    });
  }
});

test('that the server’s key is refused is not the user’s to mend', async () => {
  for (const status of [401, 403]) {
    const answer = await asked((_, response) => response.writeHead(status).end());
    assert.ok(!answer.ok);
    assert.deepEqual([answer.status, answer.code], [502, 'service_refused_key']);
  }
});

test('the key follows no redirect', async () => {
  const seen: (string | undefined)[] = [];
  const answer = await asked(({ url }, response) => {
    seen.push(url);
    response.writeHead(302, { location: '/elsewhere' }).end('{}');
  });
  assert.ok(!answer.ok);
  assert.deepEqual([answer.status, answer.code, seen], [502, 'answer_invalid', ['/']]);
});

test('what is no JSON, ends too early or is too much is no answer', async () => {
  const cases: [RequestListener, string][] = [
    [(_, response) => response.end('<!doctype html>'), 'answer_invalid'],
    [(_, response) => response.end('{"days": ['), 'answer_invalid'],
    [(_, response) => response.writeHead(204).end(), 'answer_invalid'],
    [(_, response) => response.end(Buffer.from([0xff, 0xfe, 0x80])), 'answer_invalid'],
    [(_, response) => response.end(JSON.stringify('x'.repeat(1_000_000))), 'answer_too_large'],
    [
      (_, response) => {
        response.write('{"days":');
        setTimeout(() => response.destroy(), 20);
      },
      'service_unreachable',
    ],
    [(request) => request.socket.destroy(), 'service_unreachable'],
  ];
  for (const [listener, code] of cases) {
    const answer = await asked(listener);
    assert.ok(!answer.ok, code);
    assert.deepEqual([answer.status, answer.code], [502, code]);
  }
  const longest = JSON.stringify('x'.repeat(999_998));
  assert.ok((await asked((_, response) => response.end(longest))).ok, 'a million bytes are not too much');
});

test('an endless answer is broken off where it is too much', async () => {
  let closed: Promise<unknown> = Promise.resolve();
  const answer = await asked((_, response) => {
    closed = once(response, 'close');
    const chunk = Buffer.alloc(65_536, 0x20);
    const more = () => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  assert.ok(!answer.ok);
  assert.equal(answer.code, 'answer_too_large');
  await closed;
});

test('neither a silent service nor a body that never ends holds up an answer', async () => {
  const silent: RequestListener = () => {};
  const slow: RequestListener = (_, response) => void response.write('{');
  for (const listener of [silent, slow]) {
    const answer = await asked(listener, { timeoutMs: 60 });
    assert.ok(!answer.ok);
    assert.deepEqual([answer.status, answer.code], [504, 'service_timeout']);
  }
  const answer = await asked(silent, { signal: AbortSignal.abort() });
  assert.ok(!answer.ok);
  assert.equal(answer.code, 'service_unreachable');
});

test('whose account it is, the backend says, and so proves the token', async () => {
  const seen: unknown[] = [];
  const answers: [status: number, text: string, account: Account][] = [
    [200, '[{"id":"s1"}]', { id: 's1', problem: null }],
    [200, '[]', { id: null, problem: 'no_supplier' }],
    [401, '{"code":"PGRST301"}', { id: null, problem: 'not_signed_in' }],
    [403, '{}', { id: null, problem: 'not_signed_in' }],
    [429, '{}', { id: null, problem: 'backend_unavailable' }],
    [503, '{"code":"PGRST002"}', { id: null, problem: 'backend_unavailable' }],
    [200, '<html>', { id: null, problem: 'backend_unavailable' }],
  ];
  for (const [status, text, account] of answers) {
    await serving(
      ({ headers }, response) => {
        seen.push([headers.apikey, headers.authorization]);
        response.writeHead(status).end(text);
      },
      async (url) => assert.deepEqual(await readAccount({ url, anonKey: 'anon' }, 'token'), account, text),
    );
  }
  assert.deepEqual(seen[0], ['anon', 'Bearer token']);
  const nowhere = { url: 'http://127.0.0.1:1', anonKey: 'anon' };
  assert.deepEqual(await readAccount(nowhere, 'token'), { id: null, problem: 'backend_unavailable' });
});

/** Accounts over answers that a test sets, and a clock that it moves. */
function accountsOver(first: Account) {
  const state = { now: 0, answer: first, reads: 0 };
  const accounts = new Accounts(
    async () => {
      state.reads += 1;
      return state.answer;
    },
    () => state.now,
  );
  return { state, of: (token = 'a') => accounts.of(token) };
}

const known: Account = { id: 's1', problem: null };
const unavailable: Account = { id: null, problem: 'backend_unavailable' };

test('an account is asked for once a minute, by token, and once by many at the same time', async () => {
  const { state, of } = accountsOver(known);
  const all = await Promise.all(Array.from({ length: 50 }, () => of()));
  assert.deepEqual([state.reads, new Set(all.map(({ id }) => id))], [1, new Set(['s1'])]);
  state.now = 59_999;
  await of();
  assert.equal(state.reads, 1);
  await of('b');
  assert.equal(state.reads, 2);
  state.now = 60_000;
  await of();
  assert.equal(state.reads, 3);
});

test('while the backend does not answer, what it said last counts for ten minutes', async () => {
  const { state, of } = accountsOver(known);
  await of();
  state.answer = unavailable;
  assert.deepEqual(await of('b'), unavailable, 'nothing is known of another token');
  state.now = 599_999;
  assert.deepEqual(await of(), known);
  state.now = 600_000;
  assert.deepEqual(await of(), unavailable);
});

test('what the backend has taken back does not count any more', async () => {
  for (const problem of ['not_signed_in', 'no_supplier'] as const) {
    const { state, of } = accountsOver(known);
    await of();
    state.now = 60_000;
    state.answer = { id: null, problem };
    assert.deepEqual(await of(), state.answer);
    state.answer = unavailable;
    assert.deepEqual(await of(), unavailable);
  }
});
