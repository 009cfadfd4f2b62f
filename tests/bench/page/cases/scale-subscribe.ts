import type { Connect, ConnectedClient } from '../clients/client.js';
import { connectMinimalRouter } from '../clients/minimal-router.js';
import { loadOurs, loadPeer } from '../load.js';
import type { Curve, MakeSides, Side } from '../side.js';
import { withFakeSocket } from '../transport.js';

const sizes = [10, 100, 1_000];

/** The time from a new client to n joined channels, all asked for at once. */
export const makeSides: MakeSides = async () => {
  const { connectOurs } = await loadOurs(() => import('../clients/ours.js'));
  const { connectRealtimeJs } = await loadPeer(
    '@supabase/realtime-js',
    () => import('../clients/realtime-js.js'),
  );
  return [
    joining('ours', '@wedsync/dashboard', connectOurs),
    joining('peer', '@supabase/realtime-js', connectRealtimeJs),
    joining('limit', 'one frame a channel and a Map', connectMinimalRouter),
  ];
};

function joining(role: Side['role'], name: string, connect: Connect): Side {
  return {
    role,
    name,
    async round() {
      const curve: Curve = {};
      for (const size of sizes) curve[size] = await join(name, connect, size);
      return curve;
    },
  };
}

async function join(name: string, connect: Connect, size: number): Promise<number> {
  const channels = Array.from({ length: size }, (_, place) => `room-${place}`);
  let ms = Number.NaN;
  let client: ConnectedClient | undefined;
  const socket = await withFakeSocket(async () => {
    const started = performance.now();
    client = await connect({
      url: 'http://fake.invalid',
      key: 'bench',
      version: 2,
      channels,
      kind: 'broadcast',
      onData: () => undefined,
    });
    ms = performance.now() - started;
  });
  await client?.close();
  if (socket.joined.length !== size)
    throw new Error(`${name} joined ${socket.joined.length} of ${size} channels.`);
  return ms;
}
