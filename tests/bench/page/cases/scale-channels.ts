import type { Connect, ConnectedClient } from '../clients/client.js';
import { connectMinimalRouter } from '../clients/minimal-router.js';
import { broadcastFrame } from '../frames.js';
import { loadOurs, loadPeer } from '../load.js';
import type { Curve, MakeSides, Side } from '../side.js';
import { type FakeSocket, withFakeSocket } from '../transport.js';
import { nextTurn } from '../turn.js';

const sizes = [10, 100, 1_000];

/**
 * The time for n messages over n channels: the same n are sent so many times over that at each size as many are
 * measured.
 */
export const makeSides: MakeSides = async (_, { amount }) => {
  const messages = amount(30_000);
  const { connectOurs } = await loadOurs(() => import('../clients/ours.js'));
  const { connectRealtimeJs } = await loadPeer(
    '@supabase/realtime-js',
    () => import('../clients/realtime-js.js'),
  );
  return [
    routing('ours', '@wedsync/dashboard', connectOurs, messages),
    routing('peer', '@supabase/realtime-js', connectRealtimeJs, messages),
    routing('limit', 'JSON.parse and a Map', connectMinimalRouter, messages),
  ];
};

interface Connected {
  client: ConnectedClient;
  /** Milliseconds for each channel’s message, so many times. */
  pass(times: number): Promise<number>;
}

function routing(role: Side['role'], name: string, connect: Connect, messages: number): Side {
  const connected = new Map<number, Connected>();
  return {
    role,
    name,
    async prepare() {
      for (const size of sizes) connected.set(size, await connectTo(name, connect, size));
    },
    async round() {
      const curve: Curve = {};
      for (const [size, { pass }] of connected) {
        const times = messages / size;
        curve[size] = (await pass(times)) / times;
      }
      return curve;
    },
    async close() {
      for (const { client } of connected.values()) await client.close();
    },
  };
}

async function connectTo(name: string, connect: Connect, size: number): Promise<Connected> {
  let received = 0;
  let client: ConnectedClient | undefined;
  const channels = Array.from({ length: size }, (_, place) => `room-${place}`);
  const socket: FakeSocket = await withFakeSocket(async () => {
    client = await connect({
      url: 'http://fake.invalid',
      key: 'bench',
      version: 2,
      channels,
      kind: 'broadcast',
      onData: () => {
        received += 1;
      },
    });
  });
  const events = channels.map(
    (channel, n) => new MessageEvent('message', { data: broadcastFrame(2, `realtime:${channel}`, 250, n) }),
  );
  if (!client) throw new Error(`${name} did not connect.`);
  return {
    client,
    async pass(times) {
      received = 0;
      const expected = times * size;
      const started = performance.now();
      for (let time = 0; time < times; time += 1) for (const event of events) socket.onmessage?.(event);
      for (let turn = 0; received < expected && turn < 10_000; turn += 1) await nextTurn();
      const ms = performance.now() - started;
      if (received !== expected) throw new Error(`${name} delivered ${received} of ${expected} messages.`);
      return ms;
    },
  };
}
