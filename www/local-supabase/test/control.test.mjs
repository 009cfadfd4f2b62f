import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
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
    await assert.rejects(backend.socket());
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

  test('a web page can cut the link and no more', async () => {
    const response = await fetch(`${backend.controlUrl}/sql`, {
      method: 'POST',
      headers: { origin: 'https://elsewhere.example', 'content-type': 'text/plain' },
      body: '{"sql": "drop table public.activity"}',
    });
    assert.equal(response.status, 403);
    assert.ok((await backend.sql('select count(*)::int as n from public.activity'))[0].n > 0);
    const cut = await fetch(`${backend.controlUrl}/sockets/cut`, {
      method: 'POST',
      headers: { origin: 'https://elsewhere.example' },
      body: '{"forMs": 0}',
    });
    assert.equal(cut.headers.get('access-control-allow-origin'), '*');
  });

  test('raw frames reach every socket as they are', async () => {
    const sockets = [await backend.socket(), await backend.socket()];
    await backend.control('/frames', { text: '{oops' });
    await backend.control('/frames', { base64: Buffer.from([255, 0]).toString('base64') });
    for (const socket of sockets) {
      assert.equal(await socket.next(), '{oops');
      assert.deepEqual(await socket.next(), Buffer.from([255, 0]));
      socket.close();
    }
  });
});
