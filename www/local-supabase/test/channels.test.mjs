import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import {
  amelia,
  ben,
  carla,
  describeOnEachStorage,
  joinPayload,
  rosewood,
  startBackend,
} from './support.mjs';

const privateTopic = `realtime:supplier:${rosewood}`;

const realtime = { refusedJoinDelayMs: 20, refusedHandshakeDelayMs: 5, idleTimeoutMs: 5_000 };

describeOnEachStorage(
  'channels',
  (backend) => {
    const sign = (claims, secret = backend.jwtSecret) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
    const now = () => Math.floor(Date.now() / 1000);

    async function joined(topic, config = {}, options = {}) {
      const socket = await backend.socket(options);
      socket.send(['1', '1', topic, 'phx_join', joinPayload(config)]);
      assert.equal((await socket.nextJson())[4].status, 'ok');
      return socket;
    }

    test('heartbeats and joins are answered as the real server does', async () => {
      const socket = await backend.socket();
      socket.send([null, '4', 'phoenix', 'heartbeat', {}]);
      assert.equal(await socket.next(), '[null,"4","phoenix","phx_reply",{"status":"ok","response":{}}]');
      socket.send(['6', '6', 'realtime:pub1', 'phx_join', joinPayload()]);
      assert.equal(
        await socket.next(),
        '["6","6","realtime:pub1","phx_reply",{"status":"ok","response":{"postgres_changes":[]}}]',
      );
      socket.send(['6', '9', 'realtime:pub1', 'phx_leave', {}]);
      assert.equal(
        await socket.next(),
        '["6","9","realtime:pub1","phx_reply",{"status":"ok","response":{}}]',
      );
      assert.equal(await socket.next(), '["6","6","realtime:pub1","phx_close",{}]');
      socket.close();
    });

    test('a broadcast pushed as bytes comes out as a kind 4 frame, to others only', async () => {
      const [a, b] = [await joined('realtime:pub1'), await joined('realtime:pub1')];
      a.send(
        Buffer.from(
          'AwEBDQYAATY3cmVhbHRpbWU6cHViMWN1cnNvcnsieCI6MSwibmFtZSI6IsO8bsOvY29kZSDinJMifQ==',
          'base64',
        ),
      );
      const frame = await b.next();
      assert.equal(
        frame.toString('base64'),
        'BA0GAAFyZWFsdGltZTpwdWIxY3Vyc29yeyJ4IjoxLCJuYW1lIjoiw7xuw69jb2RlIOKckyJ9',
      );
      assert.deepEqual(await a.untilHeartbeat(), []);
      a.close();
      b.close();
    });

    test('with self and ack the copy comes before the reply', async () => {
      const socket = await joined('realtime:pub2', { broadcast: { self: true, ack: true } });
      socket.send(Buffer.from('AwEBDQEAATY3cmVhbHRpbWU6cHViMmV7ImkiOjB9', 'base64'));
      assert.equal((await socket.next()).toString('base64'), 'BA0BAAFyZWFsdGltZTpwdWIyZXsiaSI6MH0=');
      assert.equal(
        await socket.next(),
        '["1","7","realtime:pub2","phx_reply",{"status":"ok","response":{}}]',
      );
      socket.send(['1', '8', 'realtime:pub2', 'broadcast', { event: 'x', payload: {}, type: 'broadcast' }]);
      assert.equal(
        await socket.next(),
        '[null,null,"realtime:pub2","broadcast",{"event":"x","payload":{},"type":"broadcast"}]',
      );
      assert.equal((await socket.nextJson())[1], '8');
      socket.close();
    });

    test('version 1.0.0 speaks objects and never gets bytes', async () => {
      const old = await backend.socket({ version: '1.0.0' });
      old.send(
        JSON.stringify({
          topic: 'realtime:mix',
          event: 'phx_join',
          ref: '3',
          join_ref: '3',
          payload: joinPayload(),
        }),
      );
      assert.equal(
        await old.next(),
        '{"ref":"3","event":"phx_reply","topic":"realtime:mix","payload":{"status":"ok","response":{"postgres_changes":[]}}}',
      );
      const young = await joined('realtime:mix');
      const push = (encoding, payload) =>
        Buffer.concat([Buffer.from([3, 1, 1, 12, 1, 0, encoding]), Buffer.from('11realtime:mixe'), payload]);
      young.send(push(0, Buffer.from([1, 2, 3])));
      young.send(push(1, Buffer.from('{"a":1}')));
      assert.equal(
        await old.next(),
        '{"ref":null,"event":"broadcast","topic":"realtime:mix","payload":{"event":"e","payload":{"a":1},"type":"broadcast"}}',
      );
      old.close();
      young.close();
    });

    test('what is not a message is dropped and the socket lives on', async () => {
      const socket = await joined('realtime:mf', { broadcast: { self: true, ack: true } });
      const silent = [
        '{not json',
        '',
        '{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"}',
        '["1","1","realtime:mf","phx_join"]',
        '[]',
        '42',
        ['1', '11', 'realtime:mf', 'dance', { a: 1 }],
        ['1', '12', 'realtime:mf', null, {}],
        ['1', '15', 'realtime:mf', 'access_token', { nope: 1 }],
        ['1', '16', 'realtime:mf', 'access_token', { access_token: null }],
        ['1', '17', 'realtime:mf', 'access_token', { access_token: 'sb_publishable_x' }],
        ['1', '18', 'realtime:mf', 'phx_close', {}],
        ['9', '32', 'realtime:mf', 'phx_leave', {}],
        Buffer.alloc(0),
        Buffer.from('/wECAw==', 'base64'),
        Buffer.from('A8gBAQEBAQ==', 'base64'),
        Buffer.from('BAsBAAFyZWFsdGltZTptZmV7fQ==', 'base64'),
      ];
      for (const frame of silent) socket.send(frame);
      assert.deepEqual(await socket.untilHeartbeat(), []);
      const answered = [
        [
          [null, '2', 'phoenix', 'heartbeat', {}, 'extra', 1],
          '[null,"2","phoenix","phx_reply",{"status":"ok","response":{}}]',
        ],
        [
          [null, 3, 'phoenix', 'heartbeat', {}],
          '[null,3,"phoenix","phx_reply",{"status":"ok","response":{}}]',
        ],
        [
          [null, '5', 'phoenix', 'dance', {}],
          '[null,"5","phoenix","phx_reply",{"status":"error","response":{"reason":"unmatched topic"}}]',
        ],
        [
          ['1', '13', null, 'broadcast', {}],
          '[null,"13",null,"phx_reply",{"status":"error","response":{"reason":"unmatched topic"}}]',
        ],
        [
          ['9', '7', 'realtime:no', 'phx_leave', {}],
          '["9","7","realtime:no","phx_reply",{"status":"ok","response":{}}]',
        ],
        [
          ['9', '8', 'realtime:no', 'broadcast', {}],
          '[null,"8","realtime:no","phx_reply",{"status":"error","response":{"reason":"unmatched topic"}}]',
        ],
        [
          ['1', '1', 'foo:bar', 'phx_join', joinPayload()],
          '[null,"1","foo:bar","phx_reply",{"status":"error","response":{"reason":"unmatched topic"}}]',
        ],
      ];
      for (const [frame, answer] of answered) {
        socket.send(frame);
        assert.equal(await socket.next(), answer);
      }
      socket.close();
    });

    test('a second join of a topic replaces the first: ok, then the close of the old one', async () => {
      const socket = await joined('realtime:twice');
      socket.send(['30', '30', 'realtime:twice', 'phx_join', joinPayload()]);
      assert.equal((await socket.nextJson())[4].status, 'ok');
      assert.equal(await socket.next(), '["1","1","realtime:twice","phx_close",{}]');
      socket.send(['1', '31', 'realtime:twice', 'phx_leave', {}]);
      assert.deepEqual(await socket.untilHeartbeat(), []);
      socket.send(['30', '32', 'realtime:twice', 'phx_leave', {}]);
      assert.equal((await socket.nextJson())[1], '32');
      assert.equal(await socket.next(), '["30","30","realtime:twice","phx_close",{}]');
      socket.close();
    });

    test('a private topic is refused to whom the policies refuse it, and holds up the socket meanwhile', async () => {
      const reason = `Unauthorized: You do not have permissions to read from this Channel topic: supplier:${rosewood}`;
      const reply = { status: 'error', response: { reason } };
      for (const token of [await backend.tokenOf(carla), backend.anonKey]) {
        const socket = await backend.socket();
        socket.send(['6', '6', privateTopic, 'phx_join', joinPayload({ private: true, token })]);
        socket.send([null, '7', 'phoenix', 'heartbeat', {}]);
        assert.deepEqual(await socket.nextJson(), ['6', '6', privateTopic, 'phx_reply', reply]);
        assert.equal((await socket.nextJson())[1], '7');
        socket.close();
      }
    });

    test('who may listen may still not write: the broadcast vanishes without an answer', async () => {
      await backend.sql(
        `create policy "listen only" on realtime.messages for select to authenticated using (realtime.topic() = 'told')`,
      );
      const token = await backend.tokenOf(amelia);
      const options = { private: true, token, broadcast: { ack: true, self: true } };
      const socket = await joined('realtime:told', options);
      socket.send(['1', '2', 'realtime:told', 'broadcast', { event: 'clients_changed', payload: {} }]);
      assert.deepEqual(await socket.untilHeartbeat(), []);
      socket.close();
    });

    test('members tell each other on their supplier’s topic, by broadcasts alone', async () => {
      const [hers, his] = await Promise.all([
        joined(privateTopic, { private: true, token: await backend.tokenOf(amelia) }),
        joined(privateTopic, { private: true, token: await backend.tokenOf(ben) }),
      ]);
      const payload = { event: 'wedsync-cache', type: 'broadcast', payload: { text: 'x' } };
      hers.send(['1', '2', privateTopic, 'broadcast', payload]);
      assert.deepEqual((await his.nextJson()).slice(2), [privateTopic, 'broadcast', payload]);
      hers.send(['1', '3', privateTopic, 'presence', { type: 'presence', event: 'track', payload: {} }]);
      assert.deepEqual(await his.untilHeartbeat(), []);
      hers.close();
      his.close();
    });

    test('the database broadcasts to private and to public topics, each its own', async () => {
      const token = await backend.tokenOf(amelia);
      const listeners = [
        [await joined(privateTopic, { private: true, token }), true],
        [await joined(privateTopic), false],
      ];
      for (const [socket, isPrivate] of listeners) {
        await backend.sql(`select realtime.send('{"n": 1}', 'ping', 'supplier:${rosewood}', ${isPrivate})`);
        const frame = await socket.next();
        assert.equal(frame[0], 4);
        const [topicLength, eventLength, metadataLength, encoding] = frame.subarray(1, 5);
        assert.equal(encoding, 1);
        const text = frame.subarray(5).toString();
        assert.equal(text.slice(0, topicLength), privateTopic);
        assert.equal(text.slice(topicLength, topicLength + eventLength), 'ping');
        const metadata = text.slice(topicLength + eventLength).slice(0, metadataLength);
        const payload = text.slice(topicLength + eventLength + metadataLength);
        const { id } = JSON.parse(metadata);
        assert.match(id, /^[0-9a-f-]{36}$/);
        assert.deepEqual(JSON.parse(payload), { n: 1, id });
      }
      for (const [socket] of listeners) {
        assert.deepEqual(await socket.untilHeartbeat(), []);
        socket.close();
      }
    });

    test('realtime.broadcast_changes sends what a trigger gives it', async () => {
      await backend.sql(`
      create table public.audited (id int primary key, v text);
      create function public.audit() returns trigger language plpgsql security definer as $$
      begin
        perform realtime.broadcast_changes('audited', tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
        return null;
      end $$;
      create trigger audit after insert or update or delete on public.audited for each row execute function public.audit();
      create policy "all listen" on realtime.messages for select to authenticated using (realtime.topic() = 'audited');
    `);
      const token = await backend.tokenOf(amelia);
      const socket = await joined('realtime:audited', { private: true, token });
      await backend.sql("insert into public.audited values (5, 'one'); update public.audited set v = 'two'");
      const payload = async () => JSON.parse(/\}(\{.*)$/s.exec((await socket.next()).toString())[1]);
      const { id, ...inserted } = await payload();
      assert.match(id, /^[0-9a-f-]{36}$/);
      assert.deepEqual(inserted, {
        table: 'audited',
        schema: 'public',
        operation: 'INSERT',
        record: { id: 5, v: 'one' },
        old_record: null,
      });
      const { operation, old_record: old } = await payload();
      assert.deepEqual([operation, old], ['UPDATE', { id: 5, v: 'one' }]);
      socket.close();
    });

    test('a token that runs out closes its channel, not the socket', async () => {
      const token = await sign({ role: 'authenticated', exp: now() + 2 });
      const socket = await joined('realtime:brief', { token });
      assert.equal(
        await socket.next(),
        '["1",null,"realtime:brief","system",{"message":"Token has expired 0 seconds ago","status":"error","extension":"system","channel":"brief"}]',
      );
      assert.equal(await socket.next(), '["1","1","realtime:brief","phx_close",{}]');
      assert.deepEqual(await socket.untilHeartbeat(), []);
      socket.close();
    });

    test('a new token keeps a channel open beyond the old one and subscribes anew', async () => {
      const changes = [{ event: '*', schema: 'public', table: 'activity' }];
      const claims = { role: 'authenticated', sub: 'a1000000-0000-4000-8000-000000000001' };
      const socket = await joined('realtime:on', {
        changes,
        token: await sign({ ...claims, exp: now() + 2 }),
      });
      assert.equal((await socket.nextJson())[4].status, 'ok');
      const later = await sign({ ...claims, exp: now() + 600 });
      socket.send(['1', '2', 'realtime:on', 'access_token', { access_token: later }]);
      assert.equal((await socket.nextJson())[4].message, 'Subscribed to PostgreSQL');
      const brief = await joined('realtime:brief2', { token: await sign({ role: 'anon', exp: now() + 2 }) });
      await brief.next();
      assert.deepEqual(await socket.untilHeartbeat(), []);
      brief.close();
      socket.close();
    });

    test('a bad token ends the channel it is given to', async () => {
      const cases = [
        [await sign({ role: 'authenticated', exp: now() - 10 }), /^Token has expired 1\d seconds ago$/],
        ['abc', /^The token provided is not a valid JWT$/],
        [await sign({ role: 'anon', exp: now() + 60 }, 'x'.repeat(64)), /^:signature_error$/],
        [await sign({ exp: now() + 60 }), /^Fields `role` and `exp` are required in JWT$/],
      ];
      for (const [token, message] of cases) {
        const socket = await joined('realtime:at');
        socket.send(['1', '2', 'realtime:at', 'access_token', { access_token: token }]);
        const [, , , event, payload] = await socket.nextJson();
        assert.deepEqual([event, payload.status, payload.extension], ['system', 'error', 'system']);
        assert.match(payload.message, message);
        assert.equal((await socket.nextJson())[3], 'phx_close');
        socket.close();
      }
      const socket = await joined(privateTopic, { private: true, token: await backend.tokenOf(amelia) });
      socket.send(['1', '2', privateTopic, 'access_token', { access_token: await backend.tokenOf(carla) }]);
      const [, , , , { message }] = await socket.nextJson();
      assert.equal(
        message,
        `You do not have permissions to read from this Channel topic: supplier:${rosewood}`,
      );
      assert.equal((await socket.nextJson())[3], 'phx_close');
      socket.close();
    });

    test('a join with a bad token is refused with a code', async () => {
      const cases = [
        [
          await sign({ role: 'authenticated', exp: now() - 10 }),
          /^InvalidJWTToken: Token has expired 1\d seconds ago$/,
        ],
        ['abc', /^MalformedJWT: The token provided is not a valid JWT$/],
        [
          await sign({ role: 'anon', exp: now() + 60 }, 'x'.repeat(64)),
          /^JwtSignatureError: Failed to validate JWT signature$/,
        ],
        [await sign({ exp: now() + 60 }), /^InvalidJWTToken: Fields `role` and `exp` are required in JWT$/],
      ];
      const socket = await backend.socket();
      for (const [token, reason] of cases) {
        socket.send(['1', '1', 'realtime:jt', 'phx_join', joinPayload({ token })]);
        const [, , , , reply] = await socket.nextJson();
        assert.equal(reply.status, 'error');
        assert.match(reply.response.reason, reason);
      }
      socket.send(['1', '1', 'realtime:', 'phx_join', joinPayload()]);
      assert.equal(
        (await socket.nextJson())[4].response.reason,
        'TopicNameRequired: You must provide a topic name',
      );
      socket.send(['1', '1', 'realtime:e2', 'phx_join', null]);
      assert.match((await socket.nextJson())[4].response.reason, /^UnknownErrorOnChannel: /);
      for (const access_token of [123, null, 'sb_publishable_abc']) {
        socket.send(['1', '1', 'realtime:jt', 'phx_join', { ...joinPayload(), access_token }]);
        assert.equal((await socket.nextJson())[4].status, 'ok');
        await socket.untilHeartbeat();
      }
      socket.close();
    });

    test('handshakes without a good key are refused in JSON', async () => {
      const handshake = async (path, headers = {}) => {
        const opening = request(`${backend.url}${path}`, {
          headers: {
            connection: 'Upgrade',
            upgrade: 'websocket',
            'sec-websocket-version': '13',
            'sec-websocket-key': Buffer.from('0123456789abcdef').toString('base64'),
            ...headers,
          },
        }).end();
        opening.on('upgrade', (_, stream) => stream.destroy());
        const name = await Promise.race([
          once(opening, 'response').then(([response]) => response),
          once(opening, 'upgrade').then(() => null),
        ]);
        if (name === null) return [101, ''];
        return [name.statusCode, (await name.toArray()).join('')];
      };
      const path = '/realtime/v1/websocket';
      const key = async (claims, secret) => `${path}?vsn=2.0.0&apikey=${await sign(claims, secret)}`;
      const error = (text) => JSON.stringify({ error: text });
      assert.deepEqual(await handshake(`${path}?vsn=2.0.0`), [401, error('API key is missing')]);
      assert.deepEqual(await handshake(`${path}?vsn=2.0.0&apikey=abc`), [
        401,
        error('The token provided is not a valid JWT'),
      ]);
      assert.deepEqual(await handshake(await key({ role: 'anon', exp: now() + 60 }, 'x'.repeat(64))), [
        401,
        error('Failed to validate JWT signature'),
      ]);
      assert.deepEqual(await handshake(await key({ role: 'anon', exp: now() - 5 })), [
        401,
        error('Token has expired'),
      ]);
      assert.deepEqual(await handshake(await key({ exp: now() + 60 })), [
        401,
        error('Fields `role` and `exp` are required in JWT'),
      ]);
      assert.deepEqual(await handshake(`${path}?vsn=3.0.0&apikey=${backend.anonKey}`), [403, '']);
      assert.deepEqual(await handshake(`/realtime/v1/nope?apikey=${backend.anonKey}`), [404, 'Not Found']);
      assert.deepEqual(await handshake(`${path}?vsn=2.0.0`, { 'x-api-key': backend.anonKey }), [101, '']);
    });

    test('a socket that says nothing is closed', async () => {
      const quick = await startBackend({ realtime: { idleTimeoutMs: 30 } });
      const socket = await quick.socket();
      assert.equal(await socket.closed, 1000);
      const open = await quick.socket({ key: quick.anonKey });
      const stopping = quick.stop();
      assert.ok([1000, 1012].includes(await open.closed));
      await stopping;
    });
  },
  { realtime },
);
