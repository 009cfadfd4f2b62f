import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { joinSelfHearing, startBackend } from './support.mjs';

describe('faults of frames and sockets', () => {
  let backend;
  let commands;
  before(async () => {
    backend = await startBackend({ realtime: { refusedJoinDelayMs: 5 } });
    ({ commands } = backend);
  });
  after(() => backend.stop());
  afterEach(() => commands.removeFaults());

  const joined = (topic, options) => joinSelfHearing(backend, topic, options);

  test('frames are dropped in either direction, of one client, as often as asked for', async () => {
    const [a, b] = [await joined('room', { client: 'a' }), await joined('room', { client: 'b' })];
    const id = await commands.addFault({
      on: 'frame',
      direction: 'toClient',
      action: 'drop',
      client: 'a',
      topic: 'room',
      times: 2,
    });
    b.say('1', '2', '3');
    assert.equal(await a.heard(), '3');
    assert.deepEqual([await b.heard(), await b.heard(), await b.heard()], ['1', '2', '3']);
    assert.equal((await commands.faults()).find((fault) => fault.id === id).hits, 2);

    await commands.addFault({ on: 'frame', direction: 'toServer', action: 'drop', event: 'lost' });
    a.say('lost', 'found');
    assert.equal(await b.heard(), 'found');
    await commands.removeFaults();
    a.say('lost');
    assert.equal(await b.heard(), 'lost');
    a.close();
    b.close();
  });

  for (const direction of ['toClient', 'toServer']) {
    test(`a delayed frame holds up what follows (${direction})`, async () => {
      const socket = await joined('room');
      const start = performance.now();
      await commands.addFault({ on: 'frame', direction, action: 'delay', delayMs: 80, event: 'slow' });
      socket.say('slow', 'next');
      assert.deepEqual([await socket.heard(), await socket.heard()], ['slow', 'next']);
      assert.ok(performance.now() - start >= 79, 'both took that long');
      socket.close();
    });

    test(`frames come twice, swapped or broken (${direction})`, async () => {
      const socket = await joined('room');
      const set = (fault) => commands.addFault({ on: 'frame', direction, times: 1, ...fault });

      await set({ action: 'duplicate', event: 'twice' });
      socket.say('once', 'twice', 'once');
      const heard = [];
      for (let count = 0; count < 4; count += 1) heard.push(await socket.heard());
      assert.deepEqual(heard, ['once', 'twice', 'twice', 'once']);

      await set({ action: 'reorder', event: 'first' });
      socket.say('first', 'second', 'third');
      assert.deepEqual([await socket.heard(), await socket.heard()], ['second', 'first']);
      assert.equal(await socket.heard(), 'third');

      await set({ action: 'reorder', event: 'alone', delayMs: 10 });
      socket.say('alone');
      assert.equal(await socket.heard(), 'alone');

      await set({ action: 'corrupt', event: 'broken' });
      socket.say('broken', 'whole');
      if (direction === 'toClient') {
        const half = await socket.next();
        assert.match(half, /^\[null,null,"realtime:room/);
        assert.throws(() => JSON.parse(half), SyntaxError);
      }
      assert.equal(await socket.heard(), 'whole');
      socket.close();
    });
  }

  test('bytes are corrupted as bytes', async () => {
    const [a, b] = [await joined('pub1'), await joined('pub1')];
    await commands.addFault({
      on: 'frame',
      direction: 'toClient',
      action: 'corrupt',
      event: 'cursor',
      times: 1,
    });
    const push = 'AwEBDQYAATY3cmVhbHRpbWU6cHViMWN1cnNvcnsieCI6MSwibmFtZSI6IsO8bsOvY29kZSDinJMifQ==';
    b.send(Buffer.from(push, 'base64'));
    const copies = [await a.next(), await b.next()].sort((one, other) => one.length - other.length);
    assert.equal(copies[0].length, Math.floor(copies[1].length / 2));
    assert.deepEqual(copies[1].subarray(0, copies[0].length), copies[0]);
    a.close();
    b.close();
  });

  for (const fault of [
    { action: 'delay', delayMs: 40 },
    { action: 'reorder', delayMs: 60_000 },
  ]) {
    test(`the close of a socket comes after the frames that wait (${fault.action})`, async () => {
      const socket = await joined('room', { client: 'slow' });
      await commands.addFault({ on: 'frame', direction: 'toClient', ...fault });
      socket.say('late');
      while ((await commands.faults())[0].hits === 0);
      assert.equal(await commands.closeSockets(4_001, 'slow'), 1);
      assert.equal(await socket.heard(), 'late');
      assert.equal(await socket.closed, 4_001);
    });
  }

  test('sockets are closed with a code, one client or all', async () => {
    const [a, b] = [await backend.socket({ client: 'a' }), await backend.socket({ client: 'b' })];
    assert.equal(await commands.closeSockets(1_011, 'a'), 1);
    assert.equal(await a.closed, 1_011);
    assert.deepEqual(await b.untilHeartbeat(), []);
    assert.equal(await commands.closeSockets(3_000), 1);
    assert.equal(await b.closed, 3_000);
    for (const code of [999, 1_005, 1_006, 1_015, 2_000, 5_000, 'x']) {
      await assert.rejects(commands.closeSockets(code), /"code" must be a close code/);
    }
  });

  test('one client is cut off while the others stay', async () => {
    const [a, b] = [await backend.socket({ client: 'a' }), await backend.socket({ client: 'b' })];
    assert.equal(await commands.cutSockets({ client: 'a' }), 1);
    assert.equal(await a.closed, 1_006);
    await assert.rejects(backend.socket({ client: 'a' }));
    (await backend.socket({ client: 'c' })).close();
    assert.deepEqual(await b.untilHeartbeat(), []);
    await commands.restoreSockets('a');
    (await backend.socket({ client: 'a' })).close();
    b.close();
  });

  test('a half-open socket hears nothing, loses what was sent, and goes on when it thaws', async () => {
    const [frozen, other] = [await joined('room', { client: 'frozen' }), await joined('room')];
    assert.equal(await commands.freezeSockets('frozen'), 1);
    assert.equal((await commands.stats()).sockets.find(({ client }) => client === 'frozen').isFrozen, true);
    other.say('lost');
    assert.equal(await other.heard(), 'lost');
    frozen.say('late');
    assert.deepEqual(await other.untilHeartbeat(), []);
    assert.equal(await commands.thawSockets(), 1);
    assert.equal(await other.heard(), 'late');
    assert.equal(await frozen.heard(), 'late', 'and not what was lost');
    frozen.close();
    other.close();
  });

  test('a half-open socket that the server gave up is reset when it thaws', async () => {
    const socket = await joined('room', { client: 'frozen' });
    await commands.freezeSockets('frozen');
    await commands.closeSockets(1_000, 'frozen');
    assert.equal((await commands.stats()).clients.frozen.connections, 0);
    assert.equal(socket.connection.readyState, socket.connection.OPEN);
    assert.equal(await commands.thawSockets('frozen'), 1);
    assert.equal(await socket.closed, 1_006);
  });

  test('the official client notices a half-open socket and comes back', async () => {
    const client = backend.client(undefined, { heartbeatIntervalMs: 100, params: { client: 'official' } });
    const channel = client.channel('room');
    await new Promise((resolve) => {
      channel.subscribe((status) => status === 'SUBSCRIBED' && resolve());
    });
    await commands.freezeSockets('official');
    const back = new Promise((resolve) => {
      client.realtime.onHeartbeat((status) => status === 'timeout' && resolve());
    });
    await back;
    const stats = async () => (await commands.stats()).clients.official;
    while ((await stats()).joins < 2);
    assert.equal((await stats()).opened, 2);
    await client.removeAllChannels();
    client.realtime.disconnect();
    await commands.thawSockets();
  });
});
