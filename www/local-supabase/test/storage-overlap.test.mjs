import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startPostgres } from './postgresServer.mjs';
import { joinPayload, startBackend } from './support.mjs';

const tables = `
  create table public.things (id int primary key, name text not null);
  alter publication supabase_realtime add table public.things;
  grant all on public.things to service_role;

  create function public.rename_impatiently(thing int) returns void language sql set lock_timeout = '20ms'
  as $$ update public.things set name = 'impatient' where id = thing $$;

  -- Takes one row, waits until the test lets it go on, and takes the other.
  create function public.rename_both(one int, other int) returns void language plpgsql as $$
  begin
    update public.things set name = 'both' where id = one;
    perform pg_advisory_xact_lock(1);
    update public.things set name = 'both' where id = other;
  end $$;
`;

/** What PGlite cannot show, because it has one connection: transactions that overlap. */
describe('overlapping transactions, on PostgreSQL', () => {
  let postgres;
  let backend;
  const clients = [];

  before(async () => {
    // Commit times are the truth that the order of what arrives is compared with.
    postgres = await startPostgres('track_commit_timestamp=on', 'deadlock_timeout=20ms');
    backend = await startBackend({ databaseUrl: postgres.url });
    await backend.sql(tables);
  });
  after(async () => {
    await close();
    await backend?.stop();
    postgres?.stop();
  });

  async function connect(url = postgres.url) {
    const client = new pg.Client({ connectionString: url });
    // A test may leave one in a transaction, and the server is stopped under it.
    client.on('error', () => {});
    clients.push(client);
    await client.connect();
    return client;
  }

  async function close() {
    for (const client of clients.splice(0)) await client.end();
  }

  /** The table with these rows alone, and nobody in a transaction on it. */
  async function begin(count = 0) {
    await close();
    await backend.sql(`delete from public.things;
      insert into public.things select number, 'old' from generate_series(1, ${count}) as number`);
  }

  const asService = (path, init = {}) =>
    backend.rest(path, {
      ...init,
      headers: {
        apikey: backend.serviceRoleKey,
        authorization: `Bearer ${backend.serviceRoleKey}`,
        'content-type': 'application/json',
        ...init.headers,
      },
    });
  const rename = (id, name) =>
    asService(`/things?id=eq.${id}`, { method: 'PATCH', body: JSON.stringify({ name }) });
  const call = (name, body) => asService(`/rpc/${name}`, { method: 'POST', body: JSON.stringify(body) });
  const nameOf = async (id) => (await backend.sql(`select name from public.things where id = ${id}`))[0].name;

  /** Until the server has so many connections like this. */
  async function until(condition, count = 1) {
    const observer = await connect();
    for (;;) {
      const { rows } = await observer.query(`select from pg_stat_activity where ${condition}`);
      if (rows.length >= count) return;
      await sleep(5);
    }
  }

  /** Until so many requests wait for a lock. */
  const waiting = (count) => until("wait_event_type = 'Lock' and application_name = 'local-supabase'", count);

  /** A channel that hears the table's changes and a topic's broadcasts. */
  async function subscribe(topic) {
    const socket = await backend.socket({ key: backend.serviceRoleKey });
    const changes = [{ event: '*', schema: 'public', table: 'things' }];
    const token = backend.serviceRoleKey;
    socket.send(['1', '1', `realtime:${topic}`, 'phx_join', joinPayload({ changes, token, private: true })]);
    assert.equal((await socket.nextJson())[4].status, 'ok');
    assert.equal((await socket.nextJson())[4].message, 'Subscribed to PostgreSQL');
    return socket;
  }

  /** The names in the order in which they came, as changes and as broadcasts, until `last` came as both. */
  async function namesUntil(socket, last) {
    const seen = { changes: [], broadcasts: [] };
    while (seen.changes.at(-1) !== last || seen.broadcasts.at(-1) !== last) {
      const frame = await socket.next();
      if (typeof frame === 'string') {
        const { data } = JSON.parse(frame)[4];
        if (data.type !== 'DELETE') seen.changes.push(data.record.name);
      } else {
        seen.broadcasts.push(/"name": ?"([^"]*)"/.exec(frame.toString())[1]);
      }
    }
    return seen;
  }

  /** One row and one broadcast of the same name. */
  const write = (client, topic, id, name) =>
    client.query(`insert into public.things values (${id}, '${name}');
      select realtime.send(jsonb_build_object('name', '${name}'), 'said', '${topic}')`);

  test('a request that meets a locked row waits, and sees what was committed', async () => {
    await begin(1);
    const holder = await connect();
    await holder.query("begin; update public.things set name = 'first' where id = 1");
    const renamed = rename(1, 'second');
    await waiting();
    const read = await asService('/things?id=eq.1&select=name');
    assert.deepEqual(await read.json(), [{ name: 'old' }], 'readers do not wait');
    await holder.query('commit');
    assert.equal((await renamed).status, 204);
    assert.equal(await nameOf(1), 'second');
  });

  test('a lock that is not given in time is 55P03, and the request changed nothing', async () => {
    await begin(1);
    const holder = await connect();
    await holder.query("begin; update public.things set name = 'first' where id = 1");
    const response = await call('rename_impatiently', { thing: 1 });
    const { code, message } = await response.json();
    assert.deepEqual([code, message], ['55P03', 'canceling statement due to lock timeout']);
    assert.ok(response.status >= 500, `${response.status}`);
    await holder.query('rollback');
    assert.equal(await nameOf(1), 'old');
    assert.equal((await call('rename_impatiently', { thing: 1 })).status, 204, 'the connection is whole');
  });

  test('a deadlock is 40P01 for the request, and the other transaction goes on', async () => {
    await begin(2);
    const [holder, gate] = [await connect(), await connect()];
    await gate.query('select pg_advisory_lock(1)');
    // This one does not look for deadlocks, so that the request is the one to be cancelled.
    await holder.query("set deadlock_timeout = '1h'");
    await holder.query("begin; update public.things set name = 'holder' where id = 1");
    const renamed = call('rename_both', { one: 2, other: 1 });
    await waiting();
    const blocked = holder.query("update public.things set name = 'holder' where id = 2");
    await gate.query('select pg_advisory_unlock(1)');
    const response = await renamed;
    assert.equal((await response.json()).code, '40P01');
    assert.ok(response.status >= 500, `${response.status}`);
    await blocked;
    await holder.query('commit');
    assert.deepEqual([await nameOf(1), await nameOf(2)], ['holder', 'holder']);
  });

  test('two hundred requests at once are all answered, though most of them wait', async () => {
    await begin(200);
    const holder = await connect();
    // The first eight get every connection there is and keep it until this lock is gone.
    await holder.query('begin; lock table public.things in exclusive mode');
    const requests = Array.from({ length: 200 }, (_, index) => rename(index + 1, `new ${index + 1}`));
    await waiting(8);
    await holder.query('commit');
    const statuses = await Promise.all(requests.map(async (request) => (await request).status));
    assert.deepEqual([...new Set(statuses)], [204]);
    const [{ count }] = await backend.sql(
      "select count(*)::int from public.things where name = 'new ' || id::text",
    );
    assert.equal(count, 200);
  });

  test('a commit that comes later arrives later, whatever began first', async () => {
    await begin();
    const socket = await subscribe('late');
    const [slow, quick] = [await connect(), await connect()];
    await slow.query('begin');
    await write(slow, 'late', 1, 'slow');
    await write(quick, 'late', 2, 'quick');
    await quick.query('begin');
    await write(quick, 'late', 3, 'never');
    await quick.query('rollback');
    await slow.query('commit');
    await write(quick, 'late', 4, 'last');
    assert.deepEqual(await namesUntil(socket, 'last'), {
      changes: ['quick', 'slow', 'last'],
      broadcasts: ['quick', 'slow', 'last'],
    });
    socket.close();
  });

  test('of many writers at once, each commit arrives once and in order, no rollback does', async () => {
    await begin();
    const socket = await subscribe('many');
    const perWriter = 25;
    const writers = await Promise.all(Array.from({ length: 6 }, () => connect()));
    await Promise.all(
      writers.map(async (writer, index) => {
        for (let step = 0; step < perWriter; step += 1) {
          const id = index * perWriter + step;
          await writer.query('begin');
          await write(writer, 'many', id, `${id}`);
          await writer.query(step % 5 === 4 ? 'rollback' : 'commit');
        }
      }),
    );
    await write(writers[0], 'many', 1_000, 'last');
    const truth = await backend.sql('select name from public.things order by pg_xact_commit_timestamp(xmin)');
    const names = truth.map(({ name }) => name);
    assert.equal(names.length, writers.length * perWriter * 0.8 + 1);
    assert.deepEqual(await namesUntil(socket, 'last'), { changes: names, broadcasts: names });
    assert.deepEqual(await socket.untilHeartbeat(), []);
    socket.close();
  });

  test('what is committed while the listening connection is broken arrives when it is back, once', async () => {
    await begin();
    const socket = await subscribe('broken');
    const [writer, slow] = [await connect(), await connect()];
    await write(writer, 'broken', 1, 'before');
    await slow.query('begin');
    await write(slow, 'broken', 2, 'from before to after');
    // From another database, this one can be closed to whoever comes, superusers too.
    const door = await connect(postgres.url.replace(/postgres$/, 'template1'));
    await door.query('alter database postgres with allow_connections false');
    const { rows: ended } = await door.query(
      "select pg_terminate_backend(pid, 60000) from pg_stat_activity where application_name = 'local-supabase listener'",
    );
    assert.equal(ended.length, 1);
    await write(writer, 'broken', 3, 'meanwhile');
    await writer.query('begin');
    await write(writer, 'broken', 4, 'never');
    await writer.query('rollback');
    await door.query('alter database postgres with allow_connections true');
    const recalled = ['before', 'meanwhile'];
    assert.deepEqual(await namesUntil(socket, 'meanwhile'), { changes: recalled, broadcasts: recalled });
    await slow.query('commit');
    await write(writer, 'broken', 5, 'last');
    const heard = ['from before to after', 'last'];
    assert.deepEqual(await namesUntil(socket, 'last'), { changes: heard, broadcasts: heard });
    assert.deepEqual(await socket.untilHeartbeat(), []);
    socket.close();
  });

  test('requests outlive a database that ends their connections', async () => {
    await begin(1);
    const client = await connect();
    await client.query("begin; update public.things set name = 'first' where id = 1");
    const renamed = rename(1, 'second');
    await waiting();
    await client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'local-supabase'",
    );
    const response = await renamed;
    assert.equal((await response.json()).code, '57P01');
    await client.query('commit');
    assert.equal((await rename(1, 'third')).status, 204);
    assert.equal(await nameOf(1), 'third');
  });

  test('serialization failures are 40001', async () => {
    const setter = await connect();
    await setter.query("alter database postgres set default_transaction_isolation = 'repeatable read'");
    // Settings of a database are a connection's from its beginning.
    await setter.query(
      "select pg_terminate_backend(pid, 60000) from pg_stat_activity where application_name = 'local-supabase'",
    );
    await begin(1);
    const holder = await connect();
    await holder.query("begin; update public.things set name = 'first' where id = 1");
    const renamed = rename(1, 'second');
    await waiting();
    await holder.query('commit');
    const response = await renamed;
    const { code } = await response.json();
    assert.equal(code, '40001');
    assert.ok(response.status >= 500, `${response.status}`);
    assert.equal(await nameOf(1), 'first');
  });
});
