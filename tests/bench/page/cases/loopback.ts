import type { Connect, ConnectedClient } from '../clients/client.js';
import { connectMinimalRouter } from '../clients/minimal-router.js';
import { digest } from '../digest.js';
import { connectFeed, type Feed } from '../feed.js';
import { broadcastFrame, type Enquiry, type Version } from '../frames.js';
import { loadOurs, loadPeer } from '../load.js';
import type { MakeSides, Side } from '../side.js';

interface Parameters {
  channels: number;
  size: number;
  version: Version;
}

/** The server goes through so many different frames again and again. */
const distinct = 500;
/**
 * A browser takes some ten microseconds and more to hand over a message, whoever the client is: batches as large as
 * the fake socket's would take minutes.
 */
const batch = { small: 5_000, large: 2_000 };
const patienceMs = 60_000;

export const makeSides: MakeSides<Parameters> = async (parameters, { amount }) => {
  const count = amount(parameters.size > 4_000 ? batch.large : batch.small);
  const { connectRealtimeJs } = await loadPeer(
    '@supabase/realtime-js',
    () => import('../clients/realtime-js.js'),
  );
  const { connectOurs } = await loadOurs(() => import('../clients/ours.js'));
  return [
    flooded('ours', '@wedsync/dashboard', connectOurs, parameters, count),
    flooded('peer', '@supabase/realtime-js', connectRealtimeJs, parameters, count),
    flooded('limit', 'JSON.parse and a Map', connectMinimalRouter, parameters, count),
  ];
};

/** A client on a socket of its own, to which the server sends as fast as it goes. */
function flooded(
  role: Side['role'],
  name: string,
  connect: Connect,
  { channels, size, version }: Parameters,
  count: number,
): Side {
  const key = `loopback-${role}`;
  let client: ConnectedClient;
  let feed: Feed;
  let awaited = 0;
  let received = 0;
  let firstAt = 0;
  let guests = 0;
  let record: Enquiry[] | null = null;
  let finish: (lastAt: number) => void;
  const onData = (enquiry: Enquiry) => {
    received += 1;
    guests += enquiry.guests;
    record?.push(enquiry);
    if (received === 1) firstAt = performance.now();
    if (received === awaited) finish(performance.now());
  };
  const deliver = async (amount: number): Promise<number> => {
    received = 0;
    awaited = amount;
    const lastAt = await new Promise<number>((resolve, reject) => {
      const patience = setTimeout(
        () => reject(new Error(`${name} delivered ${received} of ${amount} messages`)),
        patienceMs,
      );
      finish = (at) => {
        clearTimeout(patience);
        resolve(at);
      };
      feed.send(amount);
    });
    return lastAt - firstAt;
  };
  return {
    role,
    name,
    async prepare() {
      const names = Array.from({ length: channels }, (_, place) => `room-${place}`);
      client = await connect({
        url: location.origin,
        key,
        version,
        channels: names,
        kind: 'broadcast',
        onData,
      });
      const frames = Array.from({ length: distinct }, (_, n) =>
        broadcastFrame(version, `realtime:${names[n % channels]}`, size, n),
      );
      feed = await connectFeed(key, frames);
    },
    async round() {
      const ms = await deliver(count);
      if (guests === 0) throw new Error('The payloads were not read.');
      return (ms * 1_000) / (count - 1);
    },
    async result() {
      record = [];
      await deliver(distinct);
      const delivered = record;
      record = null;
      return { count: delivered.length, digest: await digest(delivered), first: delivered[0] };
    },
    async close() {
      feed.close();
      await client.close();
    },
  };
}
