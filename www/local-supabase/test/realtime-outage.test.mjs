// What realtime does while its database, a real server, ends connections or holds locks.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { startPostgres } from './postgresServer.mjs';
import { joinPayload, startBackend } from './support.mjs';

const schema = `
  create table public.ticks (n int primary key);
  create table public.locked (n int primary key);
  create function public.end_own_connection() returns boolean language plpgsql security definer as $$
    begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(10); return true; end $$;
  create policy "ends the connection" on realtime.messages for select
    using (realtime.topic() = 'ending' and public.end_own_connection());
  alter publication supabase_realtime add table public.ticks;
`;

describe('realtime over a database with outages, on PostgreSQL', () => {
  let postgres;
  let backend;
  let owner;
  before(async () => {
    postgres = await startPostgres();
    backend = await startBackend({ databaseUrl: postgres.url, realtime: { refusedJoinDelayMs: 1 } });
    await backend.sql(schema);
    owner = new pg.Client({ connectionString: postgres.url });
    await owner.connect();
  });
  after(async () => {
    await owner.end();
    await backend.stop();
    postgres.stop();
  });

  const endConnections = (name) =>
    owner.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [name]);

  async function join(topic, config) {
    const socket = await backend.socket();
    socket.send(['1', '1', `realtime:${topic}`, 'phx_join', joinPayload(config)]);
    return { socket, reply: (await socket.nextJson())[4] };
  }

  const ticks = { changes: [{ event: 'INSERT', schema: 'public', table: 'ticks' }] };

  test('what one writer commits arrives in order and once, however often the listener is lost', async () => {
    const { socket } = await join('ticks', ticks);
    assert.equal((await socket.nextJson())[4].status, 'ok');
    const count = 1_500;
    const writing = (async () => {
      const writer = new pg.Client({ connectionString: postgres.url });
      await writer.connect();
      for (let n = 1; n <= count; n += 1) {
        await writer.query(
          'with row as (insert into public.ticks values ($1)) select realtime.send($2, $3, $4, false)',
          [n, JSON.stringify({ n }), 'tick', 'ticks'],
        );
      }
      await writer.end();
    })();
    const seen = { changes: [], broadcasts: [] };
    while (seen.changes.length < count || seen.broadcasts.length < count) {
      const frame = await socket.next();
      if (typeof frame === 'string') seen.changes.push(JSON.parse(frame)[4].data.record.n);
      else seen.broadcasts.push(Number(/"n": (\d+)/.exec(frame.toString())[1]));
      const total = seen.changes.length + seen.broadcasts.length;
      if (total % 300 === 0) await endConnections('local-supabase listener');
    }
    await writing;
    const all = Array.from({ length: count }, (_, index) => index + 1);
    assert.deepEqual(seen.changes, all);
    assert.deepEqual(seen.broadcasts, all);
    assert.deepEqual(await socket.untilHeartbeat(), []);
    socket.close();
  });

  test('a subscription whose connection is ended is tried again until it is live', async () => {
    const joining = Array.from({ length: 20 }, (_, index) => join(`many-${index}`, ticks));
    await endConnections('local-supabase');
    const channels = await Promise.all(joining);
    for (const { socket } of channels) {
      assert.equal((await socket.nextJson())[4].message, 'Subscribed to PostgreSQL');
      socket.close();
    }
  });

  test('a database that is away is no refusal: a join is told so', async () => {
    const { socket, reply } = await join('ending', { private: true });
    assert.equal(
      reply.response.reason,
      'UnableToConnectToProject: Realtime was unable to connect to the project database',
    );
    socket.close();
  });

  test('a table that is published while a long transaction uses it holds up no other subscription', async () => {
    await owner.query('begin; insert into public.locked values (1)');
    await backend.sql('alter publication supabase_realtime add table public.locked').catch(() => {});
    const { socket } = await join('meanwhile', ticks);
    assert.equal((await socket.nextJson())[4].status, 'ok');
    await owner.query('commit');
    socket.close();
    const locked = await join('afterwards', { changes: [{ event: '*', schema: 'public', table: 'locked' }] });
    assert.equal((await locked.socket.nextJson())[4].status, 'ok');
    await owner.query('insert into public.locked values (2)');
    assert.equal((await locked.socket.nextJson())[4].data.record.n, 2);
    locked.socket.close();
  });
});
