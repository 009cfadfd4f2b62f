// Nobody hears what is another's, and nobody's trouble is another's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import { describeOnEachStorage, joinPayload } from './support.mjs';

const alice = 'a11ce000-0000-4000-8000-000000000001';
const bob = 'b0b00000-0000-4000-8000-000000000002';

const schema = `
  create table public.own (id int primary key, owner uuid);
  alter table public.own enable row level security;
  create policy own on public.own for select using (owner = auth.uid());
  create table public.other (id int primary key);
  create policy "presence alone" on realtime.messages for select to authenticated
    using (realtime.topic() = 'lobby' and extension = 'presence');
  create function public.slowly() returns boolean language plpgsql as $$
    begin perform pg_sleep(0.2); return true; end $$;
  create policy slow on realtime.messages for all to authenticated
    using (realtime.topic() = 'slow') with check (realtime.topic() = 'slow' and public.slowly());
  alter publication supabase_realtime add table public.own, public.other;
`;

const prepare = (backend) => backend.sql(schema);

describeOnEachStorage(
  'realtime keeps people apart',
  (backend) => {
    const tokenOf = (sub, more = {}) =>
      new SignJWT({ role: 'authenticated', sub, ...more })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime('1h')
        .sign(new TextEncoder().encode(backend.jwtSecret));

    async function join(topic, config = {}) {
      const socket = await backend.socket();
      socket.send(['1', '1', `realtime:${topic}`, 'phx_join', joinPayload(config)]);
      return { socket, reply: (await socket.nextJson())[4] };
    }

    async function listen(tables, token) {
      const changes = tables.map((table) => ({ event: '*', schema: 'public', table }));
      const { socket, reply } = await join('changes', { changes, token });
      assert.equal(reply.status, 'ok');
      assert.equal((await socket.nextJson())[4].status, 'ok');
      return socket;
    }

    test('a subscription that could not be renewed goes on with the rights it had, for all who have the same', async () => {
      const [renewing, anonymous] = [await listen(['own', 'other']), await listen(['own'])];
      await backend.sql('alter publication supabase_realtime drop table public.other');
      renewing.send(['1', '2', 'realtime:changes', 'access_token', { access_token: await tokenOf(alice) }]);
      assert.equal((await renewing.nextJson())[4].status, 'error');
      await backend.sql(`insert into public.own values (1, '${alice}')`);
      await backend.sql('delete from public.own');
      for (const socket of [renewing, anonymous]) {
        const [, , , , { data }] = await socket.nextJson();
        assert.equal(data.type, 'DELETE', 'nobody was told of the row, but of its key');
        assert.deepEqual(await socket.untilHeartbeat(), []);
        socket.close();
      }
      await backend.sql('alter publication supabase_realtime add table public.other');
    });

    test('a renewed subscription sees with its new rights, and nobody else does', async () => {
      const [renewing, anonymous] = [await listen(['own']), await listen(['own'])];
      renewing.send(['1', '2', 'realtime:changes', 'access_token', { access_token: await tokenOf(alice) }]);
      assert.equal((await renewing.nextJson())[4].status, 'ok');
      await backend.sql(`insert into public.own values (2, '${alice}')`);
      assert.equal((await renewing.nextJson())[4].data.record.id, 2);
      assert.deepEqual(await anonymous.untilHeartbeat(), []);
      for (const socket of [renewing, anonymous]) socket.close();
      await backend.sql('delete from public.own');
    });

    test('a token on which policies fail hears nothing, and spoils nothing for others', async () => {
      const broken = await listen(['own'], await tokenOf('no-uuid'));
      const healthy = await listen(['own'], await tokenOf(bob));
      await backend.sql(`insert into public.own values (3, '${bob}')`);
      assert.equal((await healthy.nextJson())[4].data.record.id, 3);
      assert.deepEqual(await broken.untilHeartbeat(), []);
      for (const socket of [broken, healthy]) socket.close();
      await backend.sql('delete from public.own');
    });

    test('who may only see presence gets no broadcasts, old ones neither', async () => {
      await backend.sql("select realtime.send('{}', 'secret', 'lobby', true)");
      const config = { private: true, token: await tokenOf(bob), presence: { enabled: true, key: '' } };
      const refused = await join('lobby', { ...config, broadcast: { replay: { since: 0 } } });
      assert.deepEqual(refused.reply, {
        status: 'error',
        response: {
          reason: 'Unauthorized: You do not have permissions to read from this Channel topic: lobby',
        },
      });
      const { socket, reply } = await join('lobby', config);
      assert.equal(reply.status, 'ok');
      assert.equal((await socket.nextJson())[3], 'presence_state');
      await backend.sql("select realtime.send('{}', 'secret', 'lobby', true)");
      assert.deepEqual(await socket.untilHeartbeat(), []);
      for (const one of [refused.socket, socket]) one.close();
    });

    test('whoever is gone before it was allowed to be present is not present', async () => {
      const config = { private: true, token: await tokenOf(bob), presence: { enabled: true, key: 'ghost' } };
      const gone = await join('slow', config);
      assert.equal(gone.reply.status, 'ok');
      const track = { type: 'presence', event: 'track', payload: {} };
      gone.socket.send(['1', '2', 'realtime:slow', 'presence', track]);
      await gone.socket.untilHeartbeat();
      gone.socket.connection.terminate();
      // Both wait for the same policy, so the first is decided by now.
      const { socket } = await join('slow', { ...config, presence: { enabled: false, key: 'here' } });
      socket.send(['1', '2', 'realtime:slow', 'presence', track]);
      while ((await socket.nextJson())[3] !== 'phx_reply');
      const witness = await join('slow', config);
      const [, , , event, state] = await witness.socket.nextJson();
      assert.deepEqual([event, Object.keys(state)], ['presence_state', ['here']]);
      for (const one of [socket, witness.socket]) one.close();
    });

    test('a join that no one can read is refused, and the socket lives on', async () => {
      const socket = await backend.socket();
      const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
      socket.send(`["9","9","realtime:deep","phx_join",${deep}]`);
      const [, ref, , , reply] = await socket.nextJson();
      assert.deepEqual([ref, reply.status], ['9', 'error']);
      assert.match(reply.response.reason, /^UnknownErrorOnChannel: /);
      socket.close();
    });

    test('whoever does not read what is sent to it is cut off before it fills the memory', async () => {
      const { socket } = await join('flood');
      socket.connection.pause();
      const { socket: speaker } = await join('flood');
      const payload = { type: 'broadcast', event: 'x', payload: { text: 'x'.repeat(1_000_000) } };
      const frame = JSON.stringify(['1', '2', 'realtime:flood', 'broadcast', payload]);
      for (let count = 0; count < 80; count += 1) speaker.send(frame);
      await speaker.untilHeartbeat();
      socket.connection.resume();
      assert.equal(await socket.closed, 1006);
      speaker.close();
    });
  },
  { prepare },
);
