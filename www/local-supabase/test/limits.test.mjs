import assert from 'node:assert/strict';
import { afterEach, describe, mock, test } from 'node:test';
import { RateCounter } from '../dist/realtime/limits/rateCounter.js';
import { joinPayload, startBackend } from './support.mjs';

describe('the rate of events', () => {
  const counterOf = (...events) => {
    const counter = new RateCounter();
    for (const [count, at] of events) counter.add(count, at);
    return counter;
  };

  test('is told in whole buckets of five seconds', () => {
    const counter = counterOf([600, 0]);
    assert.equal(counter.perSecond(4_999), 0);
    assert.equal(counter.perSecond(5_000), 120);
    assert.equal(counter.exceeds(100, 5_000), true);
    assert.equal(counter.exceeds(120, 5_000), false);
    assert.equal(counter.exceeds(null, 5_000), false);
  });

  test('is an average over up to a minute, so that a burst is remembered for so long', () => {
    const counter = counterOf([6_000, 0]);
    assert.equal(counter.perSecond(10_000), 600);
    assert.equal(counter.perSecond(60_000), 100);
    assert.equal(counter.perSecond(65_000), 0);
  });

  test('is nothing after a long silence, and begins anew', () => {
    const counter = counterOf([6_000, 0], [50, 3_600_000]);
    assert.equal(counter.perSecond(3_600_000), 0);
    assert.ok(Math.abs(counter.perSecond(3_605_000) - 50 / 60) < 0.001);
  });
});

describe('limits', () => {
  let backend;
  afterEach(async () => {
    mock.timers.reset();
    await backend.stop();
  });

  /** A backend whose counters are at nothing, on a clock that stands still until it is told to go on. */
  async function startWith(limits) {
    backend = await startBackend({
      realtime: { ...limits, refusedJoinDelayMs: 1, refusedHandshakeDelayMs: 1 },
    });
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
  }

  const join = async (socket, topic, config = {}) => {
    socket.send(['1', '1', `realtime:${topic}`, 'phx_join', joinPayload(config)]);
    for (;;) {
      const [, , , event, payload] = await socket.nextJson();
      if (event === 'phx_reply') return payload;
    }
  };

  test('a connection too many may not join', async () => {
    await startWith({ maxConnections: 3 });
    const sockets = await Promise.all([1, 2, 3, 4].map(() => backend.socket()));
    const replies = [];
    for (const socket of sockets) replies.push(await join(socket, 'crowd'));
    assert.deepEqual(
      replies.map(({ status }) => status),
      ['ok', 'ok', 'ok', 'error'],
    );
    assert.equal(replies[3].response.reason, 'ConnectionRateLimitReached: Too many connected users');
    for (const socket of sockets) socket.close();
  });

  test('too many joins end the socket, and no other is let in for as long', async () => {
    await startWith({ maxJoinsPerSecond: 2 });
    const socket = await backend.socket();
    for (let count = 0; count < 11; count += 1) assert.equal((await join(socket, 'busy')).status, 'ok');
    mock.timers.tick(5_000);
    const { status, response } = await join(socket, 'busy');
    assert.deepEqual(
      [status, response.reason],
      ['error', 'ClientJoinRateLimitReached: Too many joins per second'],
    );
    assert.equal(await socket.closed, 1001);
    await assert.rejects(backend.socket(), /429/);
    mock.timers.tick(60_000);
    (await backend.socket()).close();
  });

  test('too much presence ends the channel that adds to it', async () => {
    await startWith({ maxPresenceMessagesPerSecond: 2 });
    const sockets = await Promise.all([1, 2, 3].map(() => backend.socket()));
    for (const socket of sockets) await join(socket, 'here', { presence: { enabled: true } });
    const track = (socket, n) =>
      socket.send([
        '1',
        '2',
        'realtime:here',
        'presence',
        { type: 'presence', event: 'track', payload: { n } },
      ]);
    for (const socket of sockets) {
      track(socket, 1);
      await socket.untilHeartbeat();
    }
    mock.timers.tick(5_000);
    track(sockets[0], 2);
    for (;;) {
      const [, , , event, payload] = await sockets[0].nextJson();
      if (event !== 'system') continue;
      assert.equal(payload.message, 'Too many presence messages per second');
      break;
    }
    assert.equal((await sockets[0].nextJson())[3], 'phx_close');
    for (const socket of sockets) socket.close();
  });
});
