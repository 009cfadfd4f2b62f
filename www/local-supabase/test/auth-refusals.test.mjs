import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amelia, describeOnEachStorage, password } from './support.mjs';

describeOnEachStorage('auth refuses', (backend) => {
  const token = async (grant, body) => {
    const response = await fetch(`${backend.url}/auth/v1/token?grant_type=${grant}`, {
      method: 'POST',
      headers: { apikey: backend.anonKey },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    return { ...answer, outcome: [response.status, answer.error_code] };
  };

  test('text with NUL, which PostgreSQL cannot be asked about, as wrong', async () => {
    for (const [grant, body, code] of [
      ['password', { email: `a\0${amelia}`, password }, 'invalid_credentials'],
      ['password', { email: amelia, password: `${password}\0` }, 'invalid_credentials'],
      ['refresh_token', { refresh_token: 'a\0b' }, 'validation_failed'],
    ]) {
      assert.deepEqual((await token(grant, body)).outcome, [400, code]);
    }
  });

  test('a banned user’s refresh without spending the token', async () => {
    const session = await token('password', { email: amelia, password });
    const ban = (until) =>
      backend.sql(`update auth.users set banned_until = ${until} where email = '${amelia}'`);
    await ban("now() + interval '1 hour'");
    const refresh = () => token('refresh_token', { refresh_token: session.refresh_token });
    assert.deepEqual((await refresh()).outcome, [400, 'user_banned']);
    const tokens = await backend.sql(
      `select revoked from auth.refresh_tokens
       where session_id = (select session_id from auth.refresh_tokens where token = '${session.refresh_token}')`,
    );
    assert.deepEqual(tokens, [{ revoked: false }]);
    await ban('null');
    assert.equal((await refresh()).outcome[0], 200);
  });
});
