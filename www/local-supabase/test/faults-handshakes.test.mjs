import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
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
    assert.equal((await commands.stats()).clients.a.refusedHandshakes, 2);
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

  test('a page of this machine may break the link, no other page may, and none may do more', async () => {
    const post = (path, origin, body = {}) =>
      fetch(commands.url + path, { method: 'POST', headers: { origin }, body: JSON.stringify(body) });
    const fault = { on: 'join', action: 'refuse', topic: 'nobody' };
    const breaks = [
      ['/faults', fault],
      ['/sockets/thaw', {}],
      ['/frames', { text: '[]' }],
    ];
    for (const origin of ['http://127.0.0.1:5173', 'http://localhost:3000', 'https://[::1]']) {
      for (const [path, body] of breaks) {
        const response = await post(path, origin, body);
        assert.equal(response.status, 200, `${path} of ${origin}`);
        assert.equal(response.headers.get('access-control-allow-origin'), origin);
      }
      for (const path of [
        '/tokens/expire',
        '/tokens/revoke',
        '/server/restart',
        '/stats/reset',
        '/faultsome',
      ]) {
        assert.equal((await post(path, origin)).status, 403, path);
      }
    }
    const foreign = [
      'https://elsewhere.example',
      'http://127.0.0.1.elsewhere.example',
      'http://localhostess',
      'null',
    ];
    for (const origin of foreign) {
      for (const [path, body] of breaks) {
        const response = await post(path, origin, body);
        assert.equal(response.status, 403, `${path} of ${origin}`);
        assert.equal(response.headers.get('access-control-allow-origin'), null);
      }
    }
    const preflight = (origin) =>
      fetch(`${commands.url}/faults/1`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'DELETE' },
      });
    const allowed = await preflight('http://localhost:3000');
    assert.match(allowed.headers.get('access-control-allow-methods'), /DELETE/);
    assert.equal((await preflight('https://elsewhere.example')).status, 403);
  });

  test('a host name that was made to point to this machine gets no answer of the control server', async () => {
    const ask = async (host) => {
      const asked = request(`${commands.url}/stats`, { headers: { host } }).end();
      const [response] = await once(asked, 'response');
      response.resume();
      return response.statusCode;
    };
    const { port } = new URL(commands.url);
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) assert.equal(await ask(`${host}:${port}`), 200);
    for (const host of ['rebound.example', `127.0.0.1.rebound.example:${port}`])
      assert.equal(await ask(host), 403);
  });

  /** Sends bytes and answers all that comes back, once the server has ended the connection. */
  async function sendRaw(text, { allowHalfOpen = false } = {}) {
    const { port, hostname: host } = new URL(backend.url);
    const stream = connect({ port, host, allowHalfOpen });
    stream.write(text);
    let answer = '';
    stream.setEncoding('utf8').on('data', (part) => {
      answer += part;
    });
    await once(stream, 'end');
    return { answer, stream };
  }
  const upgrade = (target, more = '') =>
    `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${more}\r\n`;

  for (const target of ['//', 'http://[']) {
    test(`a handshake for ${target}, which is no URL, is answered with 400, and the process lives on`, async () => {
      const { answer } = await sendRaw(upgrade(target));
      assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
      assert.equal((await backend.rest('/')).status < 500, true);
    });
  }

  test('a refused client that keeps its half open does not hold up a restart', async () => {
    const { answer, stream } = await sendRaw(upgrade('/elsewhere'), { allowHalfOpen: true });
    assert.match(answer, /^HTTP\/1\.1 404 /);
    assert.equal(stream.writable, true, 'it is half open indeed');
    await commands.restartServer();
    stream.destroy();
  });

  test('a refused client that does not read its answer does not hold up a restart', async () => {
    const body = 'x'.repeat(20_000_000);
    await commands.addFault({ on: 'handshake', action: 'refuse', client: 'deaf', status: 503, body });
    const { port, hostname: host } = new URL(backend.url);
    const stream = connect({ port, host });
    stream.on('error', () => {});
    stream.write(upgrade('/realtime/v1/websocket?client=deaf'));
    while ((await commands.stats()).clients.deaf?.refusedHandshakes !== 1);
    await commands.restartServer();
    stream.destroy();
  });

  test('a handshake without a key of its own is counted as refused', async () => {
    await commands.resetStats();
    const target = `/realtime/v1/websocket?vsn=2.0.0&client=keyless&apikey=${backend.anonKey}`;
    const { answer } = await sendRaw(upgrade(target));
    assert.match(answer, /^HTTP\/1\.1 400 /);
    const { refusedHandshakes, opened, requests } = (await commands.stats()).clients.keyless;
    assert.deepEqual([refusedHandshakes, opened, requests.realtime], [1, 0, 1]);
  });
});
