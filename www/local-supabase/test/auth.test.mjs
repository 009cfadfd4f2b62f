import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '@supabase/supabase-js';
import { decodeJwt, SignJWT } from 'jose';
import WebSocket from 'ws';
import { amelia, ben, describeOnEachStorage, password } from './support.mjs';

const helpers = (backend) => ({
  sign: (claims, secret = backend.jwtSecret) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret)),
  async session(client) {
    return (await client.auth.getSession()).data.session;
  },
  /** Asks the auth service without the official client, which would hide the answer's own shape. */
  async ask(path, { token, version, ...init } = {}) {
    const response = await fetch(`${backend.url}/auth/v1${path}`, {
      ...init,
      headers: {
        apikey: backend.anonKey,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(version === undefined ? {} : { 'x-supabase-api-version': version }),
      },
    });
    return {
      status: response.status,
      headers: response.headers,
      body: await response.json().catch(() => null),
    };
  },
});

describeOnEachStorage('auth', (backend) => {
  const { sign, session, ask } = helpers(backend);
  const now = () => Math.floor(Date.now() / 1000);

  test('a demo user signs in and is who the token says', async () => {
    const client = backend.client();
    const { data, error } = await client.auth.signInWithPassword({ email: amelia, password });
    assert.equal(error, null);
    const claims = decodeJwt(data.session.access_token);
    assert.equal(claims.role, 'authenticated');
    assert.equal(claims.aud, 'authenticated');
    assert.equal(claims.email, amelia);
    assert.equal(claims.sub, data.user.id);
    assert.match(claims.session_id, /^[0-9a-f-]{36}$/);
    assert.equal(claims.exp - claims.iat, 3600);
    assert.equal(data.session.expires_at, claims.exp);
    const { data: asked } = await client.auth.getUser();
    assert.equal(asked.user.id, data.user.id);
    assert.equal(asked.user.user_metadata.name, 'Amelia Rose');
    assert.deepEqual(
      asked.user.identities.map(({ provider, email, user_id }) => [provider, email, user_id]),
      [['email', amelia, data.user.id]],
    );
    assert.equal((await client.auth.getClaims()).data.claims.sub, data.user.id);
  });

  test('an address is the same in any case', async () => {
    const { error } = await backend
      .client()
      .auth.signInWithPassword({ email: amelia.toUpperCase(), password });
    assert.equal(error, null);
  });

  test('a wrong password and an unknown address get the same answer', async () => {
    for (const attempt of [
      { email: amelia, password: 'wrong' },
      { email: amelia, password: '' },
      { email: 'nobody@rosewood.example', password },
    ]) {
      const { error } = await backend.client().auth.signInWithPassword(attempt);
      assert.equal(error.code, 'invalid_credentials');
      assert.equal(error.status, 400);
      assert.equal(error.message, 'Invalid login credentials');
    }
    const { error } = await backend.client().auth.signInWithPassword({ phone: '123', password });
    assert.equal(error.code, 'phone_provider_disabled');
  });

  test('a banned user neither signs in nor stays signed in', async () => {
    const client = await backend.signedIn(ben);
    await backend.sql(`update auth.users set banned_until = now() + interval '1 day' where email = '${ben}'`);
    const attempt = () => backend.client().auth.signInWithPassword({ email: ben, password });
    assert.equal((await attempt()).error.code, 'user_banned');
    assert.equal((await client.auth.refreshSession()).error.code, 'user_banned');
    await backend.sql(`update auth.users set banned_until = now() - interval '1 day' where email = '${ben}'`);
    assert.equal((await attempt()).error, null);
  });

  test('an address that was never confirmed does not sign in', async () => {
    await backend.sql(`update auth.users set email_confirmed_at = null where email = '${ben}'`);
    const { error } = await backend.client().auth.signInWithPassword({ email: ben, password });
    assert.deepEqual([error.status, error.code], [400, 'email_not_confirmed']);
    await backend.sql(`update auth.users set email_confirmed_at = now() where email = '${ben}'`);
  });

  test('a user without a password does not sign in', async () => {
    await backend.sql(`insert into auth.users (id, email, encrypted_password, email_confirmed_at)
      values (gen_random_uuid(), 'empty@x.example', '', now()), (gen_random_uuid(), 'none@x.example', null, now())`);
    for (const email of ['empty@x.example', 'none@x.example']) {
      const { error } = await backend.client().auth.signInWithPassword({ email, password: 'x' });
      assert.equal(error.code, 'invalid_credentials');
    }
  });

  test('a refresh token is exchanged for a new one', async () => {
    const client = await backend.signedIn(amelia);
    const first = await session(client);
    const { data, error } = await client.auth.refreshSession();
    assert.equal(error, null);
    assert.notEqual(data.session.refresh_token, first.refresh_token);
    assert.equal(decodeJwt(data.session.access_token).session_id, decodeJwt(first.access_token).session_id);
  });

  test('refreshes at the same time get the same token', async () => {
    const { refresh_token: token } = await session(await backend.signedIn(amelia));
    const answers = await Promise.all(
      [1, 2, 3].map(() => backend.client().auth.refreshSession({ refresh_token: token })),
    );
    const tokens = new Set(answers.map(({ data }) => data.session.refresh_token));
    assert.equal(tokens.size, 1);
    assert.ok(!tokens.has(token));
  });

  test('a used refresh token works again at once, but ends the session later', async () => {
    const client = await backend.signedIn(amelia);
    const { refresh_token: used } = await session(client);
    await client.auth.refreshSession();
    const { refresh_token: current } = (await client.auth.refreshSession()).data.session;
    const again = await backend.client().auth.refreshSession({ refresh_token: used });
    assert.equal(again.data.session.refresh_token, current);
    await longAfter(used);
    const stolen = await backend.client().auth.refreshSession({ refresh_token: used });
    assert.equal(stolen.error.code, 'refresh_token_already_used');
    const after = await backend.client().auth.refreshSession({ refresh_token: current });
    assert.equal(after.error.code, 'refresh_token_not_found');
  });

  test('whoever never got the answer to a refresh may ask again, however late', async () => {
    const client = await backend.signedIn(amelia);
    const { refresh_token: used } = await session(client);
    const { refresh_token: current } = (await client.auth.refreshSession()).data.session;
    await longAfter(used);
    const again = await backend.client().auth.refreshSession({ refresh_token: used });
    assert.equal(again.data.session.refresh_token, current);
    assert.equal((await backend.client().auth.refreshSession({ refresh_token: current })).error, null);
  });

  /** As if this token had been used a minute ago. */
  const longAfter = (token) =>
    backend.sql(
      `update auth.refresh_tokens set updated_at = now() - interval '1 minute' where token = '${token}'`,
    );

  test('a session moves to another client with its two tokens', async () => {
    const { access_token, refresh_token } = await session(await backend.signedIn(amelia));
    const client = backend.client();
    const { data, error } = await client.auth.setSession({ access_token, refresh_token });
    assert.deepEqual([error, data.user.email], [null, amelia]);
    assert.equal((await client.from('clients').select('id').limit(1)).data.length, 1);
    const { exp, ...claims } = decodeJwt(access_token);
    const expired = await sign({ ...claims, exp: exp - 7200 });
    const refreshed = await backend.client().auth.setSession({ access_token: expired, refresh_token });
    assert.equal(refreshed.error, null);
    assert.notEqual(refreshed.data.session.refresh_token, refresh_token);
  });

  test('signing out ends every session of the user', async () => {
    const [client, other] = [await backend.signedIn(amelia), await backend.signedIn(amelia)];
    const { access_token: token, refresh_token: refresh } = await session(client);
    assert.equal((await client.auth.signOut()).error, null);
    assert.equal((await backend.client().auth.getUser(token)).error.name, 'AuthSessionMissingError');
    assert.equal((await other.auth.getUser()).error.name, 'AuthSessionMissingError');
    const { error } = await backend.client().auth.refreshSession({ refresh_token: refresh });
    assert.equal(error.code, 'refresh_token_not_found');
  });

  test('signing out here leaves the other sessions', async () => {
    const [here, there] = [await backend.signedIn(amelia), await backend.signedIn(amelia)];
    const { access_token: token } = await session(here);
    assert.equal((await here.auth.signOut({ scope: 'local' })).error, null);
    assert.equal((await backend.client().auth.getUser(token)).error.name, 'AuthSessionMissingError');
    assert.equal((await there.auth.getUser()).error, null);
  });

  test('signing out others leaves this session', async () => {
    const [here, there] = [await backend.signedIn(amelia), await backend.signedIn(amelia)];
    await here.auth.signOut({ scope: 'others' });
    assert.equal((await here.auth.getUser()).error, null);
    assert.equal((await there.auth.getUser()).error.name, 'AuthSessionMissingError');
  });

  test('an unknown scope is refused and ends nothing', async () => {
    const client = await backend.signedIn(amelia);
    const { access_token: token } = await session(client);
    const answer = await ask('/logout?scope=all', { method: 'POST', token });
    assert.deepEqual([answer.status, answer.body.error_code], [400, 'validation_failed']);
    assert.equal((await client.auth.getUser()).error, null);
  });

  test('a token that is expired, forged or of another role is refused', async () => {
    const answers = [
      [{ role: 'authenticated', exp: now() - 10 }, backend.jwtSecret, 'PGRST303', 'JWT expired'],
      [{ role: 'service_role', exp: now() + 60 }, 'x'.repeat(64), 'PGRST301', /key/],
      [{ role: 'postgres', exp: now() + 60 }, backend.jwtSecret, 'PGRST303', /role/],
      [{ role: 'service_role' }, backend.jwtSecret, 'PGRST303', /expiry/],
    ];
    for (const [claims, secret, code, message] of answers) {
      const response = await backend.rest('/clients', {
        headers: { authorization: `Bearer ${await sign(claims, secret)}` },
      });
      const body = await response.json();
      assert.equal(response.status, 401);
      assert.equal(body.code, code);
      assert.match(body.message, message instanceof RegExp ? message : new RegExp(`^${message}$`));
      assert.equal(
        response.headers.get('www-authenticate'),
        `Bearer error="invalid_token", error_description="${body.message}"`,
      );
    }
  });

  test('the user of a token that is not one, expired, or of nobody', async () => {
    const { id } = (await (await backend.signedIn(amelia)).auth.getUser()).data.user;
    const gone = '00000000-0000-4000-8000-00000000dead';
    const role = 'authenticated';
    const cases = [
      [undefined, 401, 'no_authorization'],
      ['not.a.token', 403, 'bad_jwt'],
      [backend.anonKey, 403, 'bad_jwt', 'invalid claim: missing sub claim'],
      [await sign({ role, sub: id, exp: now() - 10 }), 403, 'bad_jwt', /token is expired$/],
      [await sign({ role, sub: id, exp: now() + 60 }, 'x'.repeat(64)), 403, 'bad_jwt'],
      [
        await sign({ role, sub: 'me', exp: now() + 60 }),
        403,
        'bad_jwt',
        'invalid claim: sub claim must be a UUID',
      ],
      [await sign({ role, sub: gone, exp: now() + 60 }), 403, 'user_not_found'],
      [await sign({ role, sub: id, session_id: gone, exp: now() + 60 }), 403, 'session_not_found'],
    ];
    for (const [token, status, code, message] of cases) {
      const { body, ...answer } = await ask('/user', { token });
      assert.deepEqual([answer.status, body.error_code], [status, code], body.msg);
      if (message !== undefined)
        assert.match(body.msg, message instanceof RegExp ? message : new RegExp(`^${message}$`));
    }
    const foreign = await ask('/user', { token: await sign({ role, sub: id, exp: now() + 60 }) });
    assert.deepEqual([foreign.status, foreign.body.id], [200, id]);
  });

  test('errors have the shape of the API version that was asked for', async () => {
    for (const version of [undefined, '2023-12-31', 'soon']) {
      const { body, headers } = await ask('/user', { token: 'x', version });
      assert.deepEqual(
        [body.code, body.error_code, headers.get('x-supabase-api-version')],
        [403, 'bad_jwt', null],
      );
    }
    const { body, headers } = await ask('/user', { token: 'x', version: '2024-01-01' });
    assert.deepEqual(Object.keys(body), ['code', 'message']);
    assert.deepEqual([body.code, headers.get('x-supabase-api-version')], ['bad_jwt', '2024-01-01']);
  });

  test('nobody gets past the gateway without a key of this project', async () => {
    for (const path of ['/rest/v1/clients', '/auth/v1/user']) {
      assert.equal((await fetch(backend.url + path)).status, 401);
      const response = await fetch(backend.url + path, { headers: { apikey: 'not-a-key' } });
      assert.equal(response.status, 401);
      assert.equal((await response.json()).message, 'Invalid API key');
    }
    assert.equal((await fetch(`${backend.url}/auth/v1/health`)).status, 200);
  });

  test('a body that is not JSON, an unknown grant and an unknown path are told so', async () => {
    const post = (query, body) => ask(`/token${query}`, { method: 'POST', body });
    assert.equal((await post('?grant_type=password', '{')).body.error_code, 'bad_json');
    assert.equal((await post('?grant_type=password', '{}')).body.error_code, 'validation_failed');
    assert.equal((await post('?grant_type=refresh_token', '{}')).body.error_code, 'validation_failed');
    assert.equal((await post('?grant_type=magic', '{}')).body.msg, 'unsupported_grant_type');
    assert.equal((await ask('/nowhere')).status, 404);
  });
});

describeOnEachStorage(
  'auth with short lifetimes',
  (backend) => {
    test('the client renews its session by itself', async () => {
      const client = createClient(backend.url, backend.anonKey, {
        auth: { persistSession: false, autoRefreshToken: true },
        realtime: { transport: WebSocket },
      });
      const { data: first } = await client.auth.signInWithPassword({ email: amelia, password });
      assert.equal(first.session.expires_in, 2);
      const renewed = new Promise((resolve) => {
        client.auth.onAuthStateChange((event, session) => event === 'TOKEN_REFRESHED' && resolve(session));
      });
      // It looks at once, and then every half minute, which the test does not wait for.
      await client.auth.startAutoRefresh();
      const session = await renewed;
      await client.auth.stopAutoRefresh();
      assert.notEqual(session.refresh_token, first.session.refresh_token);
      assert.equal((await client.from('clients').select('id').limit(1)).error, null);
    });
  },
  { accessTokenLifetimeSeconds: 2 },
);
