import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connectControl } from '@wedsync/local-supabase/testing';
import { joinPayload, startBackend } from './support.mjs';

describe('what an administrator changes', () => {
  let backend;
  let control;
  before(async () => {
    backend = await startBackend({ realtime: { refusedJoinDelayMs: 1, refusedHandshakeDelayMs: 1 } });
    control = connectControl(backend.controlUrl);
  });
  after(() => backend.stop());

  const join = async (socket, config) => {
    socket.send(['1', '1', 'realtime:a', 'phx_join', joinPayload(config)]);
    return (await socket.nextJson())[4];
  };

  test('sends everybody away, and holds for whoever comes again', async () => {
    const socket = await backend.socket();
    assert.equal((await join(socket)).status, 'ok');
    await control.changeProject({ privateOnly: true });
    assert.equal(
      await socket.next(),
      '[null,null,"realtime:a","system",{"message":"Server requested disconnect","status":"ok","extension":"system"}]',
    );
    assert.equal(await socket.closed, 1012);
    const again = await backend.socket();
    const { response } = await join(again);
    assert.equal(response.reason, 'PrivateOnly: This project only allows private channels');
    again.close();
    await control.changeProject({ privateOnly: false });
  });

  test('a suspended project lets nobody in until it is one no longer', async () => {
    await control.changeProject({ suspended: true });
    await assert.rejects(backend.socket(), /403/);
    await control.changeProject({ suspended: false });
    (await backend.socket()).close();
  });

  test('what is no setting, or no value of it, changes nothing and is told', async () => {
    const socket = await backend.socket();
    for (const [change, sentence] of [
      [{ nope: 1 }, /There is no realtime setting nope/],
      [{ maxConnections: 'many' }, /maxConnections takes a whole number/],
      [{ suspended: 'yes' }, /"suspended" must be true or false/],
    ]) {
      await assert.rejects(control.changeProject(change), sentence);
    }
    assert.equal((await join(socket)).status, 'ok');
    socket.close();
  });
});
