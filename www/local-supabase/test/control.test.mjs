import assert from 'node:assert/strict';
import { after, before, describe, mock, test } from 'node:test';
import { Cuts } from '../dist/control/cuts.js';
import { joinPayload, startBackend } from './support.mjs';

describe('control', () => {
  let backend;
  before(async () => {
    backend = await startBackend();
  });
  after(() => backend.stop());

  test('sockets are cut at once, refused, and let in again', async () => {
    const socket = await backend.socket();
    socket.send(['1', '1', 'realtime:a', 'phx_join', joinPayload()]);
    await socket.next();
    const stats = await backend.control('/stats');
    assert.deepEqual([stats.connections, stats.channels], [1, 1]);
    assert.ok(stats.requests >= 1);

    assert.deepEqual(await backend.control('/sockets/cut', { forMs: null }), { cut: 1 });
    assert.equal(await socket.closed, 1006);
    await assert.rejects(backend.socket(), /socket hang up/);
    assert.deepEqual(await backend.control('/sockets/restore', {}), {});
    (await backend.socket()).close();
  });

  test('a cut for a time ends by itself', async () => {
    const lost = await backend.socket();
    assert.deepEqual(await backend.control('/sockets/cut', { forMs: 40 }), { cut: 1 });
    assert.equal(await lost.closed, 1006);
    let socket = null;
    while (socket === null) socket = await backend.socket().catch(() => null);
    socket.close();
    assert.deepEqual(await backend.control('/sockets/cut', { forMs: 'soon' }), {
      error: '"forMs" must be a number of milliseconds, or null',
    });
  });

  test('SQL runs as the owner and answers rows, or what is wrong', async () => {
    const rows = await backend.sql(
      'select 1 as n, true as b, null as z, \'{"a":[1]}\'::jsonb as j, 9007199254740993 as big',
    );
    assert.deepEqual(rows, [{ n: 1, b: true, z: null, j: { a: [1] }, big: '9007199254740993' }]);
    await assert.rejects(backend.sql('select * from nope'), /relation "nope" does not exist/);
    await assert.rejects(backend.sql('begin; select nope'), /nope/);
    assert.deepEqual(await backend.sql('select 1 as n'), [{ n: 1 }]);
  });

  test('a web page can cut the link and read the counts, and no more', async () => {
    const ask = (path, body, { method = 'POST', origin = 'http://localhost:3000' } = {}) =>
      fetch(`${backend.controlUrl}${path}`, {
        method,
        headers: { origin, 'content-type': 'text/plain' },
        body,
      });
    assert.equal((await ask('/sql', '{"sql": "drop table public.activity"}')).status, 403);
    assert.ok((await backend.sql('select count(*)::int as n from public.activity'))[0].n > 0);
    assert.equal((await ask('/sockets/cut', '{"forMs": 0}')).status, 200);
    assert.deepEqual(await backend.control('/sockets/restore', {}), {});
    const counts = await ask('/stats', undefined, { method: 'GET' });
    assert.equal(counts.headers.get('access-control-allow-origin'), 'http://localhost:3000');
    assert.equal(typeof (await counts.json()).connections, 'number');
    const elsewhere = { method: 'GET', origin: 'https://elsewhere.example' };
    assert.equal((await ask('/stats', undefined, elsewhere)).status, 403);
    assert.equal((await ask('/stats/reset', '{}')).status, 403);
  });

  test('a field that there is not is refused, as in every request', async () => {
    for (const [path, body, message] of [
      ['/frames', { text: 'x', too: 'all' }, /^"too" is no field here/],
      ['/frames', { text: 'x', base64: 'eA==' }, /^Give the frame as "text" or as "base64"$/],
      ['/frames', {}, /^Give the frame as "text" or as "base64"$/],
      ['/sql', { sql: 'select 1', parameters: [] }, /^"parameters" is no field here/],
      ['/sql', {}, /^"sql" must be a text$/],
    ]) {
      assert.match((await backend.control(path, body)).error, message);
    }
  });

  test('raw frames reach every socket as they are', async () => {
    const sockets = [await backend.socket(), await backend.socket()];
    const frozen = await backend.socket({ client: 'frozen' });
    await backend.commands.freezeSockets('frozen');
    assert.deepEqual(await backend.control('/frames', { text: '{oops' }), { sent: 2 });
    await backend.commands.cutSockets({ client: 'frozen', forMs: 0 });
    assert.equal(await frozen.closed, 1006);
    await backend.control('/frames', { base64: Buffer.from([255, 0]).toString('base64') });
    for (const socket of sockets) {
      assert.equal(await socket.next(), '{oops');
      assert.deepEqual(await socket.next(), Buffer.from([255, 0]));
      socket.close();
    }
  });
});

test('of two cuts the one that lasts longer counts', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const ended = [];
    const cuts = new Cuts((client) => ended.push(client));
    cuts.begin('a', 60_000);
    cuts.begin('a', 50);
    cuts.begin('b', 50);
    cuts.begin(null, null);
    cuts.begin(null, 50);
    mock.timers.tick(59_999);
    assert.deepEqual(ended, ['b']);
    mock.timers.tick(1);
    assert.deepEqual(ended, ['b', 'a']);
    cuts.forget(null);
    cuts.begin(null, 50);
    cuts.begin('c', 50);
    cuts.forget('c');
    mock.timers.tick(50);
    assert.deepEqual(ended, ['b', 'a', null]);
  } finally {
    mock.timers.reset();
  }
});
