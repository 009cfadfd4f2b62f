import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { canonicalJson } from '../dist/realtime/wire/canonicalJson.js';
import { decodeBinary, encodeUserBroadcast } from '../dist/realtime/wire/wire.js';
import { joinPayload, startBackend } from './support.mjs';

describe('JSON as the real server writes it', () => {
  test('keys in order, no white space, all else as it was', () => {
    assert.equal(
      canonicalJson('{ "b": [1, {"d": null, "c": "\\u00fc\\n\\/"}], "a": {"z": true, "y": ""} }'),
      '{"a":{"y":"","z":true},"b":[1,{"c":"ü\\n/","d":null}]}',
    );
  });

  test('numbers keep the digits they came with', () => {
    for (const number of [
      '9007199254740993',
      '1.0',
      '-0',
      '1e3',
      '2.50',
      '0.1234567890123456789',
      '12',
      '-1.5',
    ]) {
      assert.equal(canonicalJson(`{"n": ${number}}`), `{"n":${number}}`);
    }
  });

  test('of two equal keys the last one counts, and one that a prototype has is a key', () => {
    assert.equal(canonicalJson('{"a": 1, "a": 9007199254740993}'), '{"a":9007199254740993}');
    assert.equal(canonicalJson('{"toString": 1, "constructor": 2}'), '{"constructor":2,"toString":1}');
  });

  test('what is no JSON is refused', () => {
    for (const text of ['', '{', '{"a":1,}', "{'a':1}", 'NaN', '01'])
      assert.throws(() => canonicalJson(text));
  });
});

describe('binary frames', () => {
  test('a truncated one is none', () => {
    const whole = Buffer.concat([Buffer.from([3, 1, 1, 3, 1, 0, 1]), Buffer.from('11abce{}')]);
    assert.deepEqual(decodeBinary(whole), {
      ...{ kind: 'broadcast', joinRef: '1', ref: '1', topic: 'abc', event: 'e' },
      ...{ encoding: 'json', payload: Buffer.from('{}') },
    });
    for (let length = 0; length < 13; length += 1)
      assert.equal(decodeBinary(whole.subarray(0, length)), null);
  });

  test('lengths are counted in bytes, and a field of more than 255 cannot be said', () => {
    const frame = encodeUserBroadcast('realtime:ünïcödé', '✓', '', 'json', Buffer.from('{}'));
    assert.deepEqual([...frame.subarray(0, 5)], [4, 20, 3, 0, 1]);
    assert.equal(encodeUserBroadcast('t'.repeat(256), 'e', '', 'json', Buffer.from('{}')), null);
  });
});

describe('broadcasts on the wire', () => {
  let backend;
  before(async () => {
    backend = await startBackend();
  });
  after(() => backend.stop());

  async function joined(topic, config = {}, options = {}) {
    const socket = await backend.socket(options);
    socket.send(['1', '1', `realtime:${topic}`, 'phx_join', joinPayload(config)]);
    assert.equal((await socket.nextJson())[4].status, 'ok');
    return socket;
  }

  test('bytes that are pushed as a plain event come out as a plain broadcast', async () => {
    const [a, b] = [await joined('plain'), await joined('plain')];
    const fields = Buffer.from('12realtime:plainbroadcast');
    a.send(Buffer.concat([Buffer.from([0, 1, 1, 14, 9]), fields, Buffer.from([7, 8])]));
    const frame = await b.next();
    assert.deepEqual([...frame.subarray(0, 3)], [2, 14, 9]);
    assert.equal(frame.subarray(3, -2).toString(), 'realtime:plainbroadcast');
    assert.deepEqual([...frame.subarray(-2)], [7, 8]);
    a.close();
    b.close();
  });

  test('a large number is passed on with all its digits', async () => {
    const socket = await joined('digits', { broadcast: { self: true } });
    socket.send(
      '["1","2","realtime:digits","broadcast",{"type":"broadcast","event":"n","payload":{"big":9007199254740993}}]',
    );
    assert.equal(
      await socket.next(),
      '[null,null,"realtime:digits","broadcast",{"event":"n","payload":{"big":9007199254740993},"type":"broadcast"}]',
    );
    socket.close();
  });

  test('a payload that is not an object crashes its channel, and no other', async () => {
    const socket = await joined('crash');
    socket.send(['2', '2', 'realtime:other', 'phx_join', joinPayload()]);
    assert.equal((await socket.nextJson())[4].status, 'ok');
    socket.send(['1', '3', 'realtime:crash', 'broadcast', 'text']);
    assert.equal(await socket.next(), '["1","1","realtime:crash","phx_error",{"reason":"channel_crash"}]');
    socket.send(['1', '4', 'realtime:crash', 'broadcast', {}]);
    assert.match(await socket.next(), /unmatched topic/);
    socket.send(['2', '5', 'realtime:other', 'phx_leave', {}]);
    assert.equal((await socket.nextJson())[4].status, 'ok');
    socket.close();
  });

  test('JSON that is none is passed on to version 2, and version 1 is spared it', async () => {
    const [a, b] = [await joined('bad'), await joined('bad')];
    const old = await backend.socket({ version: '1.0.0' });
    const join = { topic: 'realtime:bad', event: 'phx_join', ref: '1', payload: joinPayload() };
    old.send(JSON.stringify(join));
    await old.next();
    a.send(Buffer.concat([Buffer.from([3, 1, 1, 12, 1, 0, 1]), Buffer.from('12realtime:bade{oops')]));
    assert.ok((await b.next()).toString().endsWith('e{oops'));
    old.send(JSON.stringify({ topic: 'phoenix', event: 'heartbeat', ref: '2', payload: {} }));
    assert.equal((await old.nextJson()).ref, '2');
    for (const socket of [a, b, old]) socket.close();
  });
});
