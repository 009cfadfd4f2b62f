import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { decodeJwt } from 'jose';
import { Traffic } from '../dist/traffic.js';
import { amelia, joinPayload, startBackend } from './support.mjs';

const none = { rest: 0, auth: 0, realtime: 0, calendar: 0, payments: 0, other: 0 };

describe('stats', () => {
  let backend;
  let commands;
  before(async () => {
    backend = await startBackend({ realtime: { refusedJoinDelayMs: 5, refusedHandshakeDelayMs: 5 } });
    ({ commands } = backend);
  });
  after(() => backend.stop());
  beforeEach(() => commands.resetStats());

  test('a socket is counted under the name it gave: joins, channels, frames and their bytes', async () => {
    const socket = await backend.socket({ client: 'a' });
    const join = JSON.stringify(['1', '1', 'realtime:room', 'phx_join', joinPayload()]);
    const badJoin = JSON.stringify(['2', '2', 'realtime:', 'phx_join', joinPayload()]);
    socket.send(join);
    const replies = [await socket.next()];
    socket.send(badJoin);
    replies.push(await socket.next());

    const stats = await commands.stats();
    const length = (frames) => frames.reduce((sum, frame) => sum + Buffer.byteLength(frame), 0);
    const counted = {
      joins: 1,
      refusedJoins: 1,
      messagesIn: 2,
      messagesOut: 2,
      bytesIn: length([join, badJoin]),
      bytesOut: length(replies),
    };
    const { requests: _, ...a } = stats.clients.a;
    assert.deepEqual(a, {
      connections: 1,
      channels: 1,
      opened: 1,
      ...counted,
      refusedHandshakes: 0,
      httpBytesIn: 0,
      httpBytesOut: 0,
    });
    assert.deepEqual(stats.clients.a.requests, { ...none, realtime: 1 });
    const { id, ...listed } = stats.sockets[0];
    assert.ok(id >= 1);
    assert.deepEqual(listed, { client: 'a', channels: 1, isFrozen: false, ...counted });
    assert.deepEqual([stats.connections, stats.channels, stats.requests], [1, 1, 1]);
    assert.deepEqual(stats.totals, stats.clients.a);

    socket.close();
    await socket.closed;
    let after = await commands.stats();
    while (after.connections > 0) after = await commands.stats();
    assert.deepEqual(after.clients.a, { ...stats.clients.a, connections: 0, channels: 0 });
    assert.deepEqual(after.sockets, []);
  });

  test('without a name it is the session of the newest join, and of the bearer token', async () => {
    const token = await backend.tokenOf(amelia);
    const { session_id: session } = decodeJwt(token);
    await commands.resetStats();
    const socket = await backend.socket();
    socket.send([null, '0', 'phoenix', 'heartbeat', {}]);
    await socket.next();
    assert.equal((await commands.stats()).clients.anonymous.messagesIn, 1);
    socket.send(['1', '1', 'realtime:room', 'phx_join', joinPayload({ token })]);
    await socket.next();
    const headers = { authorization: `Bearer ${token}` };
    const answer = await (await backend.rest('/clients', { headers })).text();

    const { clients } = await commands.stats();
    assert.equal(clients[session].messagesIn, 2, 'what came before the join, too');
    assert.equal(clients[session].connections, 1);
    assert.equal(clients[session].requests.rest, 1);
    assert.equal(clients[session].httpBytesOut, Buffer.byteLength(answer));
    assert.equal(clients.anonymous.messagesIn, 0);
    socket.close();
    await socket.closed;
  });

  test('requests are counted by service, with the bytes of their bodies', async () => {
    const body = JSON.stringify({ email: amelia, password: 'wröng' });
    const headers = { apikey: backend.anonKey, 'x-client-name': 'web' };
    const post = (init) =>
      fetch(`${backend.url}/auth/v1/token?grant_type=password`, { method: 'POST', headers, ...init });
    let answers = await (await post({ body })).text();
    // A stream is sent in chunks, without a length.
    answers += await (await post({ body: new Blob([body]).stream(), duplex: 'half' })).text();
    answers += await (await fetch(backend.url, { headers })).text();
    assert.equal((await backend.rest('/clients', { method: 'HEAD', headers })).status, 401);
    const { web } = (await commands.stats()).clients;
    assert.deepEqual(web.requests, { ...none, rest: 1, auth: 2, other: 1 });
    assert.equal(web.httpBytesIn, 2 * Buffer.byteLength(body));
    assert.equal(web.httpBytesOut, Buffer.byteLength(answers));
  });

  test('refused handshakes are counted, and dropped frames are not', async () => {
    await assert.rejects(backend.socket({ client: 'a', key: 'nonsense' }));
    const socket = await backend.socket({ client: 'a' });
    await commands.addFault({ on: 'frame', direction: 'toClient', action: 'drop', times: 1 });
    await commands.addFault({ on: 'frame', direction: 'toClient', action: 'duplicate', times: 1 });
    for (const ref of ['1', '2']) socket.send([null, ref, 'phoenix', 'heartbeat', {}]);
    assert.equal((await socket.nextJson())[1], '2');
    assert.equal((await socket.nextJson())[1], '2');
    const { a } = (await commands.stats()).clients;
    assert.deepEqual([a.refusedHandshakes, a.opened, a.messagesIn, a.messagesOut], [1, 1, 2, 2]);
    await commands.removeFaults();
    socket.close();
    await socket.closed;
  });

  test('a reset forgets what was counted, not what is open', async () => {
    const socket = await backend.socket({ client: 'a' });
    assert.deepEqual(await socket.untilHeartbeat(), []);
    await commands.resetStats();
    const { clients, requests } = await commands.stats();
    assert.deepEqual([clients.a.connections, clients.a.opened, clients.a.messagesIn], [1, 0, 0]);
    assert.equal(requests, 0);
    socket.close();
    await socket.closed;
  });
});

test('a long run does not fill the memory with names', () => {
  const traffic = new Traffic();
  for (let index = 0; index < 10_050; index += 1) traffic.of(`client-${index}`).joins += 1;
  const { clients, totals } = traffic.report([]);
  assert.equal(Object.keys(clients).length, 10_001);
  assert.equal(clients.others.joins, 50);
  assert.equal(totals.joins, 10_050);
});
