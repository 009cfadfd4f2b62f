import assert from 'node:assert/strict';
import { connect as connectTcp, createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { startPostgres } from './postgresServer.mjs';
import { amelia, password, startBackend } from './support.mjs';

describe('connections, on PostgreSQL', () => {
  let postgres;
  let proxy;
  let backend;
  let owner;
  before(async () => {
    postgres = await startPostgres('deadlock_timeout=20ms');
    owner = new pg.Client({ connectionString: postgres.url });
    await owner.connect();
    proxy = await startProxy(Number(new URL(postgres.url).port));
    const url = new URL(postgres.url);
    url.port = String(proxy.port);
    url.searchParams.set(
      'options',
      '-c statement_timeout=54321 -c search_path=nowhere -c timezone=Asia/Tokyo',
    );
    backend = await startBackend({ databaseUrl: url.href });
  });
  after(async () => {
    await backend?.stop();
    await owner?.end();
    proxy?.stop();
    postgres?.stop();
  });

  test('the URL’s options hold beside our own', async () => {
    const [settings] = await backend.sql(
      `select current_setting('statement_timeout') as timeout, current_setting('search_path') as path,
         current_setting('timezone') as zone`,
    );
    assert.deepEqual(settings, { timeout: '54321ms', path: '"$user",public,extensions', zone: 'UTC' });
  });

  test('an ordinary refusal keeps its connection', async () => {
    const object = { headers: { accept: 'application/vnd.pgrst.object+json' } };
    const backends = async () => {
      const { rows } = await owner.query(
        "select array_agg(pid order by pid) as pids from pg_stat_activity where application_name = 'local-supabase'",
      );
      return rows[0].pids;
    };
    const client = await backend.signedIn(amelia);
    const { data } = await client.auth.getSession();
    const headers = { ...object.headers, authorization: `Bearer ${data.session.access_token}` };
    const refuse = async () => {
      const answer = await backend.rest('/suppliers?id=is.null', { headers });
      assert.equal((await answer.json()).code, 'PGRST116');
    };
    await refuse();
    const known = await backends();
    for (let count = 0; count < 5; count += 1) await refuse();
    assert.deepEqual(await backends(), known);
  });

  /** Cuts every connection while `work` waits for the lock. */
  async function cutDuring(sql, work) {
    await owner.query(`begin; ${sql}`);
    try {
      const answer = work();
      await until(owner, "wait_event_type = 'Lock'");
      proxy.cut();
      return await answer;
    } finally {
      await owner.query('rollback');
    }
  }

  test('one that is lost in the middle of a query is said to be lost', async () => {
    await backend.sql('create table public.busy (id int); grant all on public.busy to anon');
    const lock = 'lock table public.busy in access exclusive mode';
    const answer = await cutDuring(lock, () => backend.rest('/busy'));
    assert.deepEqual([answer.status, (await answer.json()).code], [503, 'PGRST001']);
    assert.equal((await backend.rest('/busy')).status, 200);
  });

  test('one that is lost during a sign-in is answered in auth’s own shape', async () => {
    const signIn = () =>
      fetch(`${backend.url}/auth/v1/token?grant_type=password`, {
        method: 'POST',
        headers: { apikey: backend.anonKey, 'x-supabase-api-version': '2024-01-01' },
        body: JSON.stringify({ email: amelia, password }),
      });
    const answer = await cutDuring('lock table auth.users in access exclusive mode', signIn);
    assert.deepEqual([answer.status, (await answer.json()).code], [503, 'unexpected_failure']);
    assert.equal((await signIn()).status, 200);
  });

  test('a refresh and a sign-out of the same session do not wait for each other', async () => {
    const client = await backend.signedIn(amelia);
    const { data } = await client.auth.getSession();
    const { refresh_token, access_token } = data.session;
    const post = (path, body, headers = {}) =>
      fetch(`${backend.url}/auth/v1/${path}`, {
        method: 'POST',
        headers: { apikey: backend.anonKey, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    // Both queue up behind this: the sign-out at the session, the refresh at whatever it locks first.
    await owner.query('begin; select from auth.sessions for update');
    const loggedOut = post('logout', undefined, { authorization: `Bearer ${access_token}` });
    await until(owner, "wait_event_type = 'Lock' and query like 'delete%'");
    const refreshed = post('token?grant_type=refresh_token', { refresh_token });
    await until(owner, "wait_event_type = 'Lock'", 2);
    await owner.query('commit');
    assert.equal((await loggedOut).status, 204);
    // Whoever of the two comes first, neither fails, and the session is over.
    const answer = await refreshed;
    const { refresh_token: newest = refresh_token, error_code: problem } = await answer.json();
    if (answer.status !== 200) assert.deepEqual([answer.status, problem], [400, 'refresh_token_not_found']);
    const late = await post('token?grant_type=refresh_token', { refresh_token: newest });
    assert.deepEqual([late.status, (await late.json()).error_code], [400, 'refresh_token_not_found']);
  });
});

/** Until the server has so many connections like this; it has no event for that. */
async function until(owner, condition, count = 1) {
  const sql = `select from pg_stat_activity where application_name = 'local-supabase' and ${condition}`;
  const deadline = Date.now() + 10_000;
  while ((await owner.query(sql)).rowCount < count) {
    await owner.query('select pg_stat_clear_snapshot()');
    assert.ok(Date.now() < deadline, `never: ${condition}`);
  }
}

/** Passes everything on to the port, until it is cut. */
async function startProxy(port) {
  const sockets = new Set();
  const server = createServer((here) => {
    const there = connectTcp(port, '127.0.0.1');
    for (const [socket, other] of [
      [here, there],
      [there, here],
    ]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: server.address().port,
    cut,
    stop() {
      cut();
      server.close();
    },
  };
}
