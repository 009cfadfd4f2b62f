import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BreakableLink } from '../lib/breakable-link.mjs';

/** Says everything back, and `+` of its own to whoever is there. */
const echo = createServer((socket) => void socket.on('error', () => {}).pipe(socket));
/** @type {Set<import('node:net').Socket>} */
const atServer = new Set();
echo.on('connection', (socket) => {
  atServer.add(socket);
  socket.on('close', () => atServer.delete(socket));
});
await once(echo.listen(0, '127.0.0.1'), 'listening');
const { port } = /** @type {import('node:net').AddressInfo} */ (echo.address());
after(() => {
  echo.close();
  for (const socket of atServer) socket.destroy();
});

/** How long nothing has to come before it is taken for nothing. */
const nothingMs = 100;

/** @param {BreakableLink} link */
async function open(link) {
  const socket = connect(Number(new URL(link.url).port), '127.0.0.1');
  const client = { socket, heard: '', isClosed: false };
  socket.on('data', (data) => {
    client.heard += data;
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    client.isClosed = true;
  });
  await once(socket, 'connect');
  return client;
}

/** @param {() => boolean} holds */
async function until(holds) {
  for (const deadline = Date.now() + 5_000; !holds(); await sleep(5)) {
    assert.ok(Date.now() < deadline, `never: ${holds}`);
  }
}

/** @param {(link: BreakableLink) => Promise<void>} work */
async function withLink(work) {
  const link = await BreakableLink.to(`http://127.0.0.1:${port}`);
  try {
    await work(link);
  } finally {
    link.close();
  }
}

test('what is sent over a link that fell silent is lost, and neither end is told', () =>
  withLink(async (link) => {
    const client = await open(link);
    client.socket.write('a');
    await until(() => client.heard === 'a');
    const [server] = atServer;
    link.silence();
    client.socket.write('b');
    server?.write('c');
    await sleep(nothingMs);
    assert.deepEqual([client.heard, client.isClosed, server?.readyState], ['a', false, 'open']);
    client.socket.destroy();
    await sleep(nothingMs);
    assert.equal(server?.readyState, 'open');
    const other = await open(link);
    other.socket.write('d');
    await until(() => other.heard === 'd');
  }));

test('what is sent over a held link arrives when it is restored, on new connections too', () =>
  withLink(async (link) => {
    const client = await open(link);
    client.socket.write('a');
    await until(() => client.heard === 'a');
    link.hold();
    client.socket.write('b');
    const other = await open(link);
    other.socket.write('c');
    await sleep(nothingMs);
    assert.deepEqual([client.heard, other.heard], ['a', '']);
    link.restore();
    await until(() => client.heard === 'ab' && other.heard === 'c');
    assert.ok(!client.isClosed && !other.isClosed);
  }));

test('a cut ends what is there and what comes, until it is restored', () =>
  withLink(async (link) => {
    const client = await open(link);
    link.cut();
    await until(() => client.isClosed);
    const other = await open(link);
    await until(() => other.isClosed);
    link.restore();
    const last = await open(link);
    last.socket.write('a');
    await until(() => last.heard === 'a');
  }));
