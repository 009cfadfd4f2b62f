// What becomes of frames, requests and tokens when a link, a server or a session ends under them.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, afterEach, before, describe, test } from 'node:test';
import { closeServer, listen } from '../dist/http/listen.js';
import { ben, joinSelfHearing, startBackend } from './support.mjs';

describe('faults and ends', () => {
  let backend;
  let commands;
  before(async () => {
    backend = await startBackend();
    ({ commands } = backend);
  });
  after(() => backend.stop());
  afterEach(() => commands.removeFaults());

  const joined = (topic, options) => joinSelfHearing(backend, topic, options);

  const delay = (more) => commands.addFault({ on: 'frame', direction: 'toServer', action: 'delay', ...more });
  const hit = async () => {
    while (!(await commands.faults()).some(({ hits }) => hits > 0));
  };
  const addSupplier = (name) =>
    backend.rest('/suppliers', {
      method: 'POST',
      headers: { authorization: `Bearer ${backend.serviceRoleKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name, kind: 'florist' }),
    });

  test('a delayed frame comes at its time also when its socket was closed since', async () => {
    const [slow, other] = [await joined('r', { client: 'slow' }), await joined('r')];
    await delay({ delayMs: 150, client: 'slow' });
    const said = performance.now();
    slow.say('late');
    slow.close();
    assert.equal(await other.heard(), 'late');
    assert.ok(performance.now() - said >= 149);
    other.close();
  });

  test('what is on a link that is cut is lost', async () => {
    const [slow, other, third] = [
      await joined('r', { client: 'slow' }),
      await joined('r'),
      await joined('r', { client: 'third' }),
    ];
    await delay({ delayMs: 80, event: 'lost' });
    await delay({ delayMs: 80, event: 'after' });
    slow.say('lost');
    await hit();
    await commands.cutSockets({ client: 'slow', forMs: 0 });
    third.say('after');
    assert.equal(await other.heard(), 'after');
    for (const socket of [other, third]) socket.close();
  });

  test('a restart says 1012 also behind frames that wait', async () => {
    const socket = await joined('r', { client: 'waits' });
    await commands.addFault({
      ...{ on: 'frame', direction: 'toClient', action: 'delay', delayMs: 60_000 },
      client: 'waits',
    });
    socket.say('late');
    await hit();
    await commands.restartServer();
    assert.equal(await socket.closed, 1012);
  });

  test('frames that are lost in a frozen socket spend no fault', async () => {
    const [frozen, other] = [await joined('r', { client: 'frozen' }), await joined('r')];
    await commands.addFault({
      ...{ on: 'frame', direction: 'toClient', action: 'drop', event: 'broadcast' },
      ...{ client: 'frozen', times: 1 },
    });
    await commands.freezeSockets('frozen');
    other.say('lost');
    await other.heard();
    await commands.thawSockets('frozen');
    other.say('dropped');
    other.say('heard');
    assert.equal(await frozen.heard(), 'heard');
    for (const socket of [frozen, other]) socket.close();
  });

  test('a request that waits when the server restarts never runs', async () => {
    await commands.addFault({ on: 'request', action: 'delay', delayMs: 200, method: 'POST' });
    const lost = addSupplier('Lost').catch(() => 'lost');
    await hit();
    await commands.restartServer();
    assert.equal(await lost, 'lost');
    assert.equal((await addSupplier('Later')).status, 201);
    assert.deepEqual(await backend.sql("select name from public.suppliers where name in ('Lost', 'Later')"), [
      { name: 'Later' },
    ]);
  });

  test('a connection on which a request was under way is not kept for one whose reply will be lost', async () => {
    await commands.addFault({ on: 'request', action: 'delay', delayMs: 150, times: 1 });
    const response = backend.rest('/clients');
    await hit();
    await commands.addFault({ on: 'request', action: 'loseReply', path: '/nowhere' });
    assert.equal((await response).headers.get('connection'), 'close');
  });

  test('a page may read when to try again, and all it may read otherwise', async () => {
    await commands.addFault({ on: 'request', action: 'fail', status: 503, retryAfterSeconds: 1 });
    const response = await backend.rest('/clients', { headers: { origin: 'https://a.example' } });
    const exposed = response.headers.get('access-control-expose-headers');
    assert.match(exposed, /retry-after/);
    assert.match(exposed, /content-range/);
  });

  test('a preflight is no request of anybody', async () => {
    await commands.resetStats();
    await backend.rest('/clients', {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example', 'access-control-request-method': 'POST' },
    });
    assert.equal((await commands.stats()).requests, 0);
  });

  test('no token that was asked for before a revocation outlives it', async () => {
    for (let round = 0; round < 3; round += 1) {
      const client = await backend.signedIn(ben);
      const { refresh_token } = (await client.auth.getSession()).data.session;
      const refresh = async () => {
        const response = await fetch(`${backend.url}/auth/v1/token?grant_type=refresh_token`, {
          method: 'POST',
          headers: { apikey: backend.anonKey },
          body: JSON.stringify({ refresh_token }),
        });
        return (await response.json()).access_token;
      };
      const refreshing = Array.from({ length: 12 }, refresh);
      await commands.revokeTokens(ben);
      for (const token of (await Promise.all(refreshing)).filter(Boolean)) {
        const response = await backend.rest('/clients', { headers: { authorization: `Bearer ${token}` } });
        assert.equal(response.status, 401);
      }
    }
  });
});

test('a port that is opened again and again gathers no listeners', async () => {
  const server = createServer();
  for (let count = 0; count < 12; count += 1) {
    await listen(server, 0, '127.0.0.1', 'test');
    await closeServer(server);
  }
  assert.equal(server.listenerCount('error'), 0);
});
