import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { decodeJwt, SignJWT } from 'jose';
import { amelia, password, startBackend } from './support.mjs';

describe('auth', () => {
  let backend;
  before(async () => {
    backend = await startBackend();
  });
  after(() => backend.stop());

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
    const { data: asked } = await client.auth.getUser();
    assert.equal(asked.user.id, data.user.id);
    assert.equal(asked.user.user_metadata.name, 'Amelia Rose');
  });

  test('a wrong password and an unknown address get the same answer', async () => {
    for (const attempt of [
      { email: amelia, password: 'wrong' },
      { email: 'nobody@rosewood.example', password },
    ]) {
      const { error } = await backend.client().auth.signInWithPassword(attempt);
      assert.equal(error.code, 'invalid_credentials');
      assert.equal(error.status, 400);
      assert.equal(error.message, 'Invalid login credentials');
    }
  });

  test('a refresh token is exchanged for a new one', async () => {
    const client = await backend.signedIn(amelia);
    const first = (await client.auth.getSession()).data.session;
    const { data, error } = await client.auth.refreshSession();
    assert.equal(error, null);
    assert.notEqual(data.session.refresh_token, first.refresh_token);
    assert.equal(decodeJwt(data.session.access_token).session_id, decodeJwt(first.access_token).session_id);
  });

  test('a used refresh token works again at once, but ends the session later', async () => {
    const client = await backend.signedIn(amelia);
    const { refresh_token: used } = (await client.auth.getSession()).data.session;
    const { refresh_token: current } = (await client.auth.refreshSession()).data.session;
    const again = await backend.client().auth.refreshSession({ refresh_token: used });
    assert.equal(again.data.session.refresh_token, current);
    await backend.sql(
      `update auth.refresh_tokens set updated_at = now() - interval '1 minute' where token = '${used}'`,
    );
    const stolen = await backend.client().auth.refreshSession({ refresh_token: used });
    assert.equal(stolen.error.code, 'refresh_token_already_used');
    const after = await backend.client().auth.refreshSession({ refresh_token: current });
    assert.equal(after.error.code, 'refresh_token_not_found');
  });

  test('signing out ends the session', async () => {
    const client = await backend.signedIn(amelia);
    const { access_token: token, refresh_token: refresh } = (await client.auth.getSession()).data.session;
    assert.equal((await client.auth.signOut()).error, null);
    assert.equal((await backend.client().auth.getUser(token)).error.name, 'AuthSessionMissingError');
    const { error } = await backend.client().auth.refreshSession({ refresh_token: refresh });
    assert.equal(error.code, 'refresh_token_not_found');
  });

  test('signing out others leaves this session', async () => {
    const [here, there] = [await backend.signedIn(amelia), await backend.signedIn(amelia)];
    await here.auth.signOut({ scope: 'others' });
    assert.equal((await here.auth.getUser()).error, null);
    assert.equal((await there.auth.getUser()).error.name, 'AuthSessionMissingError');
  });

  test('a token that is expired, forged or of another role is refused', async () => {
    const sign = (claims, secret = backend.jwtSecret) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
    const now = Math.floor(Date.now() / 1000);
    const answers = [
      [{ role: 'authenticated', exp: now - 10 }, backend.jwtSecret, 'PGRST303', 'JWT expired'],
      [{ role: 'service_role', exp: now + 60 }, 'x'.repeat(64), 'PGRST301', /key/],
      [{ role: 'postgres', exp: now + 60 }, backend.jwtSecret, 'PGRST303', /role/],
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
      assert.equal(response.headers.get('www-authenticate'), 'Bearer');
    }
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

  test('a body that is not JSON and an unknown grant are told so', async () => {
    const post = (query, body) =>
      fetch(`${backend.url}/auth/v1/token${query}`, {
        method: 'POST',
        headers: { apikey: backend.anonKey },
        body,
      });
    assert.equal((await (await post('?grant_type=password', '{')).json()).error_code, 'bad_json');
    assert.equal((await (await post('?grant_type=magic', '{}')).json()).msg, 'unsupported_grant_type');
  });
});
