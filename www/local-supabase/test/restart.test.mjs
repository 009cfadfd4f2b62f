import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startBackend, suppliers } from './support.mjs';

describe('a restart of the server', () => {
  let backend;
  before(async () => {
    backend = await startBackend();
  });
  after(() => backend.stop());

  test('sockets close with 1012, nobody gets in, and then everything is there again', async () => {
    const { add, names } = suppliers(backend);
    assert.equal((await add('Fern & Petal')).status, 201);
    const [socket, frozen] = [await backend.socket(), await backend.socket({ client: 'frozen' })];
    await backend.commands.freezeSockets('frozen');
    let isUp = false;
    const restarted = backend.commands.restartServer(300).then(() => {
      isUp = true;
    });
    assert.equal(await socket.closed, 1012);
    assert.equal(await frozen.closed, 1006);
    await assert.rejects(names(), (cause) => cause.cause.code === 'ECONNREFUSED');
    await assert.rejects(backend.socket(), /ECONNREFUSED/);
    assert.equal(isUp, false);
    await restarted;
    assert.ok((await names()).includes('Fern & Petal'));
    (await backend.socket()).close();
  });

  test('the official client rejoins by itself', async () => {
    const client = backend.client(undefined, { params: { client: 'official' }, reconnectAfterMs: () => 20 });
    const channel = client.channel('room', { config: { broadcast: { self: true } } });
    let subscribed = 0;
    const status = new EventTarget();
    const count = async (wanted) => {
      while (subscribed < wanted) {
        await new Promise((resolve) => status.addEventListener('change', resolve, { once: true }));
      }
    };
    channel.subscribe((name) => {
      if (name === 'SUBSCRIBED') subscribed += 1;
      status.dispatchEvent(new Event('change'));
    });
    await count(1);
    await backend.commands.restartServer();
    await count(2);
    assert.equal((await backend.commands.stats()).clients.official.joins, 2);
    await client.removeAllChannels();
    client.realtime.disconnect();
  });

  test('it stops while it is down, and with open sockets', async () => {
    const other = await startBackend();
    const socket = await other.socket();
    const restarting = other.commands.restartServer(60_000).catch((cause) => cause);
    assert.equal(await socket.closed, 1012);
    await other.stop();
    assert.ok((await restarting) instanceof Error, 'nobody is left to answer');
    await assert.rejects(fetch(other.url));

    const third = await startBackend();
    const open = await third.socket();
    await third.stop();
    assert.equal(await open.closed, 1012);
  });
});
