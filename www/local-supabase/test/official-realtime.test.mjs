// The official client, unmodified, over every realtime feature.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { createClient } from '@supabase/supabase-js';
import { SignJWT } from 'jose';
import WebSocket from 'ws';
import { createInbox, live, subscribe, subscribed } from './officialClient.mjs';
import { amelia, ben, carla, describeOnEachStorage, password, rosewood } from './support.mjs';

const privateTopic = `supplier:${rosewood}`;

const schema = `
  create policy "rooms are for who is signed in" on realtime.messages for all to authenticated
    using (realtime.topic() like 'room:%') with check (realtime.topic() like 'room:%');
  create policy "the hall is to be listened to" on realtime.messages for select to authenticated
    using (realtime.topic() = 'hall' and extension = 'broadcast');
  create table public.notes (id int8 primary key, owner uuid default auth.uid(), body text, weight numeric);
  alter table public.notes enable row level security;
  create policy own on public.notes to authenticated using (owner = auth.uid()) with check (owner = auth.uid());
  create table public.posts (id int primary key, title text, votes int, body text);
  alter table public.posts replica identity full;
  alter publication supabase_realtime add table public.notes, public.posts;
`;

const sign = (claims, secret) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(secret));

const prepare = (backend) => backend.sql(schema);

describeOnEachStorage(
  'the official client: realtime',
  (backend) => {
    const clients = [];
    afterEach(async () => {
      for (const client of clients.splice(0)) {
        await client.removeAllChannels();
        client.realtime.disconnect();
      }
    });

    /** A client of one protocol version, signed in if an e-mail is given. */
    async function open({ email, ...realtime } = {}) {
      const client = createClient(backend.url, backend.anonKey, {
        auth: { persistSession: false, autoRefreshToken: false },
        realtime: { transport: WebSocket, ...realtime },
      });
      clients.push(client);
      if (email !== undefined) {
        const { error } = await client.auth.signInWithPassword({ email, password });
        assert.equal(error, null);
        await client.realtime.setAuth();
      }
      return client;
    }

    const inboxOf = (channel, ...filter) => {
      const inbox = createInbox();
      channel.on(...filter, (message) => inbox.push(message));
      return inbox;
    };

    for (const vsn of ['1.0.0', '2.0.0']) {
      test(`broadcasts reach the others, and oneself if asked, in version ${vsn}`, async () => {
        const [a, b] = [await open({ vsn }), await open({ vsn })];
        const config = { broadcast: { self: true, ack: true } };
        const speaker = a.channel(`talk-${vsn}`, { config });
        const listener = b.channel(`talk-${vsn}`);
        const own = inboxOf(speaker, 'broadcast', { event: 'greeting' });
        const heard = inboxOf(listener, 'broadcast', { event: '*' });
        await Promise.all([subscribed(speaker), subscribed(listener)]);
        const payload = { text: 'hello ✓', deep: { list: [1, null, 'x'] } };
        assert.equal(await speaker.send({ type: 'broadcast', event: 'greeting', payload }), 'ok');
        assert.deepEqual((await own.next()).payload, payload);
        const message = await heard.next();
        assert.deepEqual([message.event, message.payload], ['greeting', payload]);
        assert.equal(await listener.send({ type: 'broadcast', event: 'back', payload: {} }), 'ok');
        assert.equal(await speaker.send({ type: 'broadcast', event: 'last', payload: {} }), 'ok');
        assert.equal((await heard.next()).event, 'last');
        assert.deepEqual(heard.waitingItems, []);
      });

      test(`presence says who is there, who comes, changes and goes, in version ${vsn}`, async () => {
        const [a, b] = [await open({ vsn }), await open({ vsn })];
        const topic = `office-${vsn}`;
        const here = a.channel(topic, { config: { presence: { key: 'amelia' } } });
        const there = b.channel(topic);
        const [synced, joined, left] = ['sync', 'join', 'leave'].map((event) =>
          inboxOf(here, 'presence', { event }),
        );
        const seen = inboxOf(there, 'presence', { event: 'sync' });
        await subscribed(here);
        await synced.next();
        assert.equal(await here.track({ status: 'online' }), 'ok');
        assert.deepEqual(
          (await joined.next()).newPresences.map(({ status }) => status),
          ['online'],
        );
        await subscribed(there);
        await seen.next();
        assert.deepEqual(
          there.presenceState().amelia.map(({ status }) => status),
          ['online'],
        );
        assert.equal(await there.track({ status: 'busy' }), 'ok');
        const { key } = await joined.next();
        assert.match(key, /^[0-9a-f-]{36}$/);
        assert.equal(await here.track({ status: 'away' }), 'ok');
        assert.deepEqual(
          (await joined.next()).newPresences.map(({ status }) => status),
          ['away'],
        );
        assert.deepEqual(
          (await left.next()).leftPresences.map(({ status }) => status),
          ['online'],
        );
        assert.equal(await here.untrack(), 'ok');
        assert.equal((await left.next()).key, 'amelia');
        b.realtime.disconnect();
        assert.equal((await left.next()).key, key);
        assert.deepEqual(here.presenceState(), {});
      });
    }

    test('bytes arrive as bytes', async () => {
      const client = await open();
      const channel = client.channel('bytes', { config: { broadcast: { self: true, ack: true } } });
      const heard = inboxOf(channel, 'broadcast', { event: 'chunk' });
      await subscribed(channel);
      const payload = new Uint8Array([0, 1, 254, 255]).buffer;
      assert.equal(await channel.send({ type: 'broadcast', event: 'chunk', payload }), 'ok');
      assert.deepEqual(new Uint8Array((await heard.next()).payload), new Uint8Array(payload));
    });

    test('broadcasts are taken over HTTP, of channels that are joined and of others', async () => {
      const client = await open({ email: amelia });
      const channel = client.channel('over-http');
      const room = client.channel('room:http', { config: { private: true } });
      const heard = inboxOf(channel, 'broadcast', { event: '*' });
      const heardInRoom = inboxOf(room, 'broadcast', { event: '*' });
      await Promise.all([subscribed(channel), subscribed(room)]);
      assert.deepEqual(await channel.httpSend('single', { n: 1 }), { success: true });
      assert.deepEqual((await heard.next()).payload, { n: 1 });
      assert.deepEqual(await room.httpSend('single', { n: 2 }), { success: true });
      assert.deepEqual((await heardInRoom.next()).payload, { n: 2 });
      const other = await open();
      const unjoined = other.channel('over-http');
      assert.equal(await unjoined.send({ type: 'broadcast', event: 'batch', payload: { n: 3 } }), 'ok');
      assert.deepEqual((await heard.next()).payload, { n: 3 });
      const stranger = other.channel('room:http', { config: { private: true } });
      await assert.rejects(stranger.httpSend('single', { n: 4 }), /Unauthorized|Forbidden|403/);
    });

    test('policies let in whom they let in, and tell the others why not', async () => {
      const [member, stranger, anonymous] = [
        await open({ email: ben }),
        await open({ email: carla }),
        await open(),
      ];
      const options = { config: { private: true } };
      await subscribed(member.channel(privateTopic, options));
      for (const client of [stranger, anonymous]) {
        const { status, error } = await subscribe(client.channel(privateTopic, options)).next();
        assert.equal(status, 'CHANNEL_ERROR');
        assert.match(error, /^Unauthorized: You do not have permissions to read from this Channel topic/);
      }
    });

    test('where a policy lets one listen but not speak or show up, a broadcast vanishes and presence is refused', async () => {
      const client = await open({ email: amelia, timeout: 300 });
      const config = { private: true, broadcast: { self: true, ack: true } };
      const hall = client.channel('hall', { config });
      const heard = inboxOf(hall, 'broadcast', { event: '*' });
      await subscribed(hall);
      assert.equal(await hall.send({ type: 'broadcast', event: 'x', payload: {} }), 'timed out');
      assert.equal(await hall.track({ a: 1 }), 'error');
      await backend.sql("select realtime.send('{}', 'announcement', 'hall', true)");
      assert.equal((await heard.next()).event, 'announcement');
      assert.deepEqual(heard.waitingItems, []);
    });

    test('presence in a private room is seen by its members', async () => {
      const [a, b] = [await open({ email: amelia }), await open({ email: carla })];
      const options = (key) => ({ config: { private: true, presence: { key } } });
      const here = a.channel('room:p', options('a'));
      const there = b.channel('room:p', options('b'));
      const joined = inboxOf(there, 'presence', { event: 'join' });
      await Promise.all([subscribed(here), subscribed(there)]);
      assert.equal(await here.track({ n: 1 }), 'ok');
      assert.equal((await joined.next()).key, 'a');
    });

    test('a trigger broadcasts from the database, and each message has its id', async () => {
      const client = await open({ email: amelia });
      const channel = client.channel(privateTopic, { config: { private: true } });
      const heard = inboxOf(channel, 'broadcast', { event: 'clients_changed' });
      await subscribed(channel);
      const { data } = await client
        .from('clients')
        .insert({ supplier_id: rosewood, name: 'Nell' })
        .select()
        .single();
      const { payload, meta } = await heard.next();
      assert.deepEqual([payload.client_id, payload.operation, payload.id], [data.id, 'INSERT', meta.id]);
    });

    test('what was sent before is replayed, once, and marked', async () => {
      await backend.sql(`select realtime.send('{"n": 1}', 'note', 'room:replayed', true)`);
      await backend.sql("select realtime.send_binary('\\x0102', 'bytes', 'room:replayed', true)");
      const client = await open({ email: amelia });
      const config = { private: true, broadcast: { replay: { since: Date.now() - 60_000, limit: 5 } } };
      const channel = client.channel('room:replayed', { config });
      const heard = inboxOf(channel, 'broadcast', { event: '*' });
      await subscribed(channel);
      const [note, bytes] = [await heard.next(), await heard.next()];
      assert.deepEqual([note.payload.n, note.meta.replayed], [1, true]);
      assert.deepEqual([new Uint8Array(bytes.payload), bytes.meta.replayed], [new Uint8Array([1, 2]), true]);
      await backend.sql(`select realtime.send('{"n": 2}', 'note', 'room:replayed', true)`);
      const { payload, meta } = await heard.next();
      assert.deepEqual([payload.n, meta.replayed], [2, undefined]);
    });

    test('a channel is told when the database is heard', async () => {
      const client = await open({ email: amelia });
      const config = { private: true, broadcast: { replication_ready: true } };
      const channel = client.channel('room:ready', { config });
      const system = inboxOf(channel, 'system', {});
      await subscribed(channel);
      const { status, message } = await system.next();
      assert.deepEqual([status, message], ['ok', 'Replication connection established']);
    });

    test('changes reach the bindings that they are for, with the columns that were asked for', async () => {
      const client = await open();
      const channel = client.channel('posts');
      const on = (filter) =>
        inboxOf(channel, 'postgres_changes', { schema: 'public', table: 'posts', ...filter });
      const [all, popular, removed] = [
        on({ event: '*' }),
        on({ event: 'UPDATE', filter: 'votes=gte.10' }),
        on({ event: 'DELETE' }),
      ];
      await live(channel);
      await backend.sql(`
        insert into public.posts values (1, 'one', 0, 'text');
        update public.posts set votes = 5;
        update public.posts set votes = 10;
        delete from public.posts;
      `);
      const seen = [await all.next(), await all.next(), await all.next(), await all.next()];
      assert.deepEqual(
        seen.map(({ eventType }) => eventType),
        ['INSERT', 'UPDATE', 'UPDATE', 'DELETE'],
      );
      assert.deepEqual([seen[1].old.votes, seen[1].new.votes, seen[3].old.title], [0, 5, 'one']);
      assert.equal((await popular.next()).new.votes, 10);
      assert.equal((await removed.next()).old.id, 1);
      assert.deepEqual([popular.waitingItems, removed.waitingItems], [[], []]);
      const narrow = client.channel('narrow');
      const few = inboxOf(narrow, 'postgres_changes', {
        ...{ event: 'INSERT', schema: 'public', table: 'posts' },
        select: ['id', 'title'],
      });
      await live(narrow);
      await backend.sql("insert into public.posts values (2, 'two', 0, 'text')");
      assert.deepEqual((await few.next()).new, { id: 2, title: 'two' });
      await backend.sql('delete from public.posts');
    });

    test('each hears of its own rows; of a removed one everybody hears the key', async () => {
      const [a, b] = [await open({ email: amelia }), await open({ email: carla })];
      const listen = async (client) => {
        const channel = client.channel('notes');
        const inbox = inboxOf(channel, 'postgres_changes', { event: '*', schema: 'public', table: 'notes' });
        await live(channel);
        return inbox;
      };
      const [own, other] = [await listen(a), await listen(b)];
      await a.from('notes').insert({ id: 1, body: 'mine' });
      await b.from('notes').insert({ id: 2, body: 'hers' });
      await a.from('notes').delete().eq('id', 1);
      assert.equal((await own.next()).new.body, 'mine');
      assert.equal((await other.next()).new.body, 'hers');
      assert.deepEqual((await own.next()).old, { id: 1 });
      assert.deepEqual((await other.next()).old, { id: 1 });
    });

    test('a row that is too large comes with its small columns and says so', async () => {
      const client = await open();
      const channel = client.channel('large');
      const changes = inboxOf(channel, 'postgres_changes', {
        event: 'INSERT',
        schema: 'public',
        table: 'posts',
      });
      await live(channel);
      await backend.sql("insert into public.posts values (3, 'short', 7, repeat('x', 1100000))");
      const { new: row, errors } = await changes.next();
      assert.deepEqual(row, { id: 3, title: 'short', votes: 7 });
      assert.deepEqual(errors, ['Error 413: Payload Too Large']);
      await backend.sql('delete from public.posts');
    });

    test('a binding that cannot be is told in a system message', async () => {
      const client = await open();
      const channel = client.channel('wrong');
      const system = inboxOf(channel, 'system', {});
      channel.on('postgres_changes', { event: '*', schema: 'public', table: 'nowhere' }, () => {});
      await subscribed(channel);
      const { status, message } = await system.next();
      assert.equal(status, 'error');
      assert.match(message, /^Unable to subscribe to changes with given parameters/);
    });

    test('a new token is taken over; one that may not read ends the channel', async () => {
      const client = await open({ email: amelia });
      const channel = client.channel('room:token', { config: { private: true } });
      const changes = inboxOf(channel, 'postgres_changes', { event: '*', schema: 'public', table: 'notes' });
      const system = inboxOf(channel, 'system', {});
      const statuses = subscribe(channel);
      assert.equal((await statuses.next()).status, 'SUBSCRIBED');
      assert.equal((await system.next()).message, 'Subscribed to PostgreSQL');
      const { data } = await client.auth.getUser();
      const later = { role: 'authenticated', sub: data.user.id };
      await client.realtime.setAuth(await sign(later, backend.jwtSecret));
      assert.equal((await system.next()).message, 'Subscribed to PostgreSQL');
      await client.from('notes').insert({ id: 9, body: 'still here' });
      assert.equal((await changes.next()).new.body, 'still here');
      await client.realtime.setAuth(backend.anonKey);
      assert.match((await system.next()).message, /^You do not have permissions to read/);
      assert.equal((await statuses.next()).status, 'CLOSED');
      await backend.sql('delete from public.notes');
    });

    test('leaving and joining again starts afresh', async () => {
      const client = await open();
      const first = await subscribed(client.channel('again'));
      assert.equal(await client.removeChannel(first), 'ok');
      const second = client.channel('again', { config: { broadcast: { self: true } } });
      const heard = inboxOf(second, 'broadcast', { event: '*' });
      await subscribed(second);
      await second.send({ type: 'broadcast', event: 'x', payload: {} });
      assert.equal((await heard.next()).event, 'x');
    });

    test('a client whose link is cut comes back by itself', async () => {
      const client = await open({ reconnectAfterMs: () => 20 });
      const channel = client.channel('cut', { config: { broadcast: { self: true } } });
      const heard = inboxOf(channel, 'broadcast', { event: '*' });
      const statuses = subscribe(channel);
      assert.equal((await statuses.next()).status, 'SUBSCRIBED');
      await backend.control('/sockets/cut', { forMs: 0 });
      while ((await statuses.next()).status !== 'SUBSCRIBED');
      await channel.send({ type: 'broadcast', event: 'back', payload: {} });
      assert.equal((await heard.next()).event, 'back');
    });
  },
  { prepare },
);
