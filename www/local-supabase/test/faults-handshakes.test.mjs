import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { after, afterEach, before, describe, test } from 'node:test';
import { joinPayload, startBackend } from './support.mjs';

describe('faults of handshakes and joins, and who may set which', () => {
  let backend;
  let commands;
  before(async () => {
    backend = await startBackend({ realtime: { refusedJoinDelayMs: 5 } });
    ({ commands } = backend);
  });
  after(() => backend.stop());
  afterEach(() => commands.removeFaults());

  test('handshakes are refused with an answer, without one, or late', async () => {
    const open = () => backend.socket({ client: 'a' });
    await commands.addFault({
      on: 'handshake',
      action: 'refuse',
      client: 'a',
      status: 503,
      retryAfterSeconds: 7,
      body: { message: 'busy' },
      times: 1,
    });
    const upgrade = request(`${backend.url}/realtime/v1/websocket?client=a`, {
      headers: { connection: 'Upgrade', upgrade: 'websocket' },
    }).end();
    const [response] = await once(upgrade, 'response');
    assert.equal(response.statusCode, 503);
    assert.equal(response.headers['retry-after'], '7');
    assert.deepEqual(JSON.parse(await response.setEncoding('utf8').reduce((all, part) => all + part, '')), {
      message: 'busy',
    });

    await commands.addFault({ on: 'handshake', action: 'refuse', client: 'a', times: 1 });
    await assert.rejects(open(), /socket hang up/);

    await commands.addFault({ on: 'handshake', action: 'delay', delayMs: 60, client: 'a', times: 1 });
    const start = performance.now();
    (await open()).close();
    assert.ok(performance.now() - start >= 59);
    assert.equal((await commands.stats()).clients.a.refusedHandshakes >= 2, true);
  });

  test('joins are refused with a reason, and the next one is not', async () => {
    await commands.addFault({
      on: 'join',
      action: 'refuse',
      topic: 'full',
      reason: 'ChannelRateLimitReached: Too many channels',
      times: 1,
    });
    const socket = await backend.socket();
    const join = async () => {
      socket.send(['1', '1', 'realtime:full', 'phx_join', joinPayload()]);
      return (await socket.nextJson())[4];
    };
    assert.deepEqual(await join(), {
      status: 'error',
      response: { reason: 'ChannelRateLimitReached: Too many channels' },
    });
    assert.equal((await join()).status, 'ok');
    socket.close();
  });

  test('what is wrong with a command is said, with status 400', async () => {
    const cases = [
      ['/faults', '[]', 'The body must be a JSON object'],
      ['/faults', '{"on": "frame", "action": "explode"}', /^"action" must be one of "drop", /],
      ['/sockets/freeze', '{"clint": "a"}', '"clint" is no field here: there may be "client"'],
      ['/sockets/cut', '{"client": 7}', '"client" must be a text that is not empty'],
      ['/server/restart', '{"downForMs": -1}', '"downForMs" must be a number of milliseconds'],
      ['/tokens/expire', '{"user": "nobody@nowhere.example"}', /^"user" must be the e-mail or the id/],
    ];
    for (const [path, body, message] of cases) {
      const response = await fetch(backend.commands.url + path, { method: 'POST', body });
      const { error } = await response.json();
      if (typeof message === 'string') assert.equal(error, message);
      else assert.match(error, message);
      assert.equal(response.status, 400);
    }
    await assert.rejects(commands.removeFaults(99), /There is no fault 99/);
    await assert.rejects(commands.addFault({ on: 'frame', action: 'drop' }), /"direction" must be/);
  });

  test('a web page may set faults, but not end tokens or restart the server', async () => {
    const headers = { origin: 'https://elsewhere.example' };
    const post = (path, body = {}) =>
      fetch(commands.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    const fault = { on: 'join', action: 'refuse', topic: 'nobody' };
    assert.equal((await post('/faults', fault)).headers.get('access-control-allow-origin'), '*');
    assert.equal((await post('/sockets/thaw')).status, 200);
    for (const path of [
      '/tokens/expire',
      '/tokens/revoke',
      '/server/restart',
      '/stats/reset',
      '/faultsome',
    ]) {
      assert.equal((await post(path)).status, 403, path);
    }
    const preflight = await fetch(`${commands.url}/faults/1`, {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'DELETE' },
    });
    assert.match(preflight.headers.get('access-control-allow-methods'), /DELETE/);
  });
});
