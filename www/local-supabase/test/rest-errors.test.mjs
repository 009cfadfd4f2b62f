import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import { ConnectionError } from '../dist/database/database.js';
import { toRestError } from '../dist/rest/postgresErrors.js';
import { amelia, describeOnEachStorage } from './support.mjs';

const prepare = (backend) =>
  backend.sql(`
    create table public.guests (id int primary key, name text not null, age int check (age > 0));
    create table public.tables (id int primary key, guest_id int references public.guests (id));
    create table public.hidden (id int);
    revoke all on public.hidden from anon, authenticated;
    insert into public.guests values (1, 'Ann', 30), (2, 'Bob', 40);
    create function public.raise(code text, message text, detail text default '', hint text default '')
      returns void language plpgsql as $$
      begin raise exception using errcode = code, message = message, detail = detail, hint = hint; end $$;
    create function public.plain() returns void language plpgsql as $$ begin raise exception 'I refuse'; end $$;
  `);

describeOnEachStorage(
  'rest errors',
  (backend) => {
    const from = (table) => backend.client().from(table);
    const raise = (args) =>
      backend.rest('/rpc/raise', {
        method: 'POST',
        body: JSON.stringify(args),
        headers: { 'content-type': 'application/json' },
      });

    test("carry PostgreSQL's code and a fitting status", async () => {
      const cases = [
        [from('guests').select('nope'), 400, '42703'],
        [from('guests').select('*').eq('nope', 1), 400, '42703'],
        [from('guests').select('*').order('nope'), 400, '42703'],
        [from('guests').select('*').eq('id', 'abc'), 400, '22P02'],
        [from('guests').select('id::no_type'), 400, '42704'],
        [from('guests').select('*').like('id', '1%'), 404, '42883'],
        [from('guests').insert({ id: 1, name: 'x' }), 409, '23505'],
        [from('tables').insert({ id: 9, guest_id: 999 }), 409, '23503'],
        [from('guests').insert({ id: 9 }), 400, '23502'],
        [from('guests').insert({ id: 9, name: 'x', age: -1 }), 400, '23514'],
        [from('hidden').select('*'), 401, '42501'],
        [from('guests').select('age.sum()'), 400, 'PGRST123'],
        [backend.client().schema('auth').from('users').select('*'), 406, 'PGRST106'],
        [backend.client().rpc('plain'), 400, 'P0001'],
      ];
      for (const [query, status, code] of cases) {
        const { error, status: actual } = await query;
        assert.deepEqual([actual, error.code], [status, code], error.message);
      }
    });

    test('a column that is not there is named as part of its table', async () => {
      const { error } = await from('guests').select('nope');
      assert.equal(error.message, 'column guests.nope does not exist');
    });

    test('a table that is not there', async () => {
      for (const query of [
        from('nope').select('*'),
        from('nope').insert({ a: 1 }),
        from('nope').delete().eq('a', 1),
      ]) {
        const { error, status } = await query;
        assert.deepEqual(
          [status, error.code, error.message],
          [404, 'PGRST205', "Could not find the table 'public.nope' in the schema cache"],
        );
      }
    });

    test('have the four keys in one order, and say that they are JSON', async () => {
      for (const path of ['/nope', '/guests?id=eq.x', '/rpc/nope', '/too/long/a/path']) {
        const response = await backend.rest(path);
        assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
        assert.match(await response.text(), /^\{"code":.*,"details":.*,"hint":.*,"message":.*\}$/);
      }
    });

    test('a permission that is missing: 401 asks to sign in, 403 does not', async () => {
      const anonymous = await backend.rest('/hidden');
      assert.deepEqual([anonymous.status, anonymous.headers.get('www-authenticate')], [401, 'Bearer']);
      const token = await backend.tokenOf(amelia);
      const signedIn = await backend.rest('/hidden', { headers: { authorization: `Bearer ${token}` } });
      assert.deepEqual([signedIn.status, signedIn.headers.get('www-authenticate')], [403, null]);
    });

    test('a token that cannot be taken is told what is wrong with it', async () => {
      const secret = new TextEncoder().encode(backend.jwtSecret);
      const later = Math.floor(Date.now() / 1_000) + 600;
      const sign = (claims, alg = 'HS256') =>
        new SignJWT({ role: 'anon', exp: later, ...claims }).setProtectedHeader({ alg }).sign(secret);
      for (const [token, code, message] of [
        [await sign({ nbf: later }), 'PGRST303', 'JWT not yet valid'],
        [await sign({ exp: 'soon' }), 'PGRST303', "The JWT 'exp' claim must be a number"],
        [await sign({}, 'HS512'), 'PGRST301', 'Wrong or unsupported encoding algorithm'],
        ['abc', 'PGRST301', 'Expected 3 parts in JWT; got something else'],
      ]) {
        const response = await backend.rest('/guests', { headers: { authorization: `Bearer ${token}` } });
        const body = await response.json();
        assert.deepEqual([response.status, body.code, body.message], [401, code, message]);
      }
    });

    test('a function chooses its status', async () => {
      const response = await raise({ code: 'PT402', message: 'Pay', detail: 'Quota', hint: 'Upgrade' });
      assert.equal(response.status, 402);
      assert.deepEqual(await response.json(), {
        code: 'PT402',
        details: 'Quota',
        hint: 'Upgrade',
        message: 'Pay',
      });
    });

    test('what PostgreSQL reports, by class', async () => {
      const statuses = {
        '08006': 503,
        '0P000': 403,
        22012: 400,
        28000: 403,
        40001: 500,
        '42P17': 500,
        53300: 503,
        53400: 500,
        54000: 500,
        '55P03': 500,
        57014: 500,
        P0002: 500,
        XX000: 500,
        '42P01': 404,
        44000: 400,
      };
      for (const [code, status] of Object.entries(statuses)) {
        const response = await raise({ code, message: 'm' });
        assert.deepEqual([response.status, (await response.json()).code], [status, code]);
      }
    });

    test('a function writes the whole answer', async () => {
      const response = await raise({
        code: 'PGRST',
        message: '{"code":"123","message":"Payment Required","details":"Quota","hint":"Upgrade"}',
        detail: '{"status":402,"headers":{"X-Powered-By":"Nerd Rage"}}',
      });
      assert.deepEqual([response.status, response.headers.get('x-powered-by')], [402, 'Nerd Rage']);
      assert.deepEqual(await response.json(), {
        code: '123',
        details: 'Quota',
        hint: 'Upgrade',
        message: 'Payment Required',
      });
    });

    test('a function that writes its answer wrong', async () => {
      for (const [message, detail, part] of [
        ['oops', '{"status":402,"headers":{}}', "MESSAGE: 'oops'"],
        ['{"code":"1","message":"m"}', '{"status":402}', 'DETAIL: \'{"status":402}\''],
        ['{"code":"1","message":"m"}', '{"status":9,"headers":{}}', 'DETAIL: \'{"status":9,"headers":{}}\''],
      ]) {
        const response = await raise({ code: 'PGRST', message, detail });
        const error = await response.json();
        assert.deepEqual(
          [response.status, error.code, error.details],
          [500, 'PGRST121', `Invalid JSON value for ${part}`],
        );
      }
    });

    test('preferences that are not known are only refused when that is asked for', async () => {
      const get = (prefer) => backend.rest('/guests?select=id', { headers: { prefer } });
      assert.equal((await get('handling=lenient, anything')).status, 200);
      const strict = await get('handling=strict, anything, count=exact, return=all');
      const error = await strict.json();
      assert.deepEqual(
        [strict.status, error.code, error.details],
        [400, 'PGRST122', 'Invalid preferences: anything, return=all'],
      );
    });

    test('media types that there is no answer in', async () => {
      for (const accept of [
        'text/xml',
        'application/geo+json',
        'application/vnd.pgrst.plan+text; for="application/json"',
      ]) {
        const response = await backend.rest('/guests', { headers: { accept } });
        const error = await response.json();
        assert.deepEqual(
          [response.status, error.code, error.message],
          [406, 'PGRST107', `None of these media types are available: ${accept}`],
        );
      }
      assert.equal((await from('guests').select().explain()).error.code, 'PGRST107');
    });

    test('methods and paths that are not served', async () => {
      const put = await backend.rest('/guests', { method: 'PUT' });
      assert.deepEqual([put.status, (await put.json()).code], [405, 'PGRST117']);
      const path = await backend.rest('/guests/1');
      assert.deepEqual([path.status, (await path.json()).code], [404, 'PGRST125']);
    });
  },
  { prepare },
);

test('a database that cannot be asked is told apart from one that refuses', () => {
  const answer = (cause) => {
    const { status, code } = toRestError(cause, 'anon');
    return [status, code];
  };
  assert.deepEqual(answer(new ConnectionError(true, null)), [504, 'PGRST003']);
  assert.deepEqual(answer(new ConnectionError(false, null)), [503, 'PGRST001']);
  // Five letters, as PostgreSQL's codes have.
  assert.deepEqual(answer(Object.assign(new Error('broken'), { code: 'EPIPE' })), [500, 'XX000']);
});
