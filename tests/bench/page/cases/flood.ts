import type { Connect, ConnectedClient } from '../clients/client.js';
import { connectMinimalRouter } from '../clients/minimal-router.js';
import { digest } from '../digest.js';
import { broadcastFrame, type Enquiry } from '../frames.js';
import { loadOurs, loadPeer } from '../load.js';
import type { MakeSides, Side } from '../side.js';
import { type FakeSocket, withFakeSocket } from '../transport.js';
import { nextTurn } from '../turn.js';

const keys = 1_000;
/** Five versions of each key; a flood goes through them again and again, and ends with the last of each. */
const distinct = 5 * keys;
const size = 250;

/** In a quick run too: ours ends with a timer, which a shorter flood would measure. */
const count = 50_000;

export const makeSides: MakeSides = async () => {
  const { connectRealtimeJs } = await loadPeer(
    '@supabase/realtime-js',
    () => import('../clients/realtime-js.js'),
  );
  const { connectOurs } = await loadOurs(() => import('../clients/ours.js'));
  return [
    flooded('ours', '@wedsync/dashboard, `latestBy`', connectOurs, latestOfOurs),
    flooded('peer', '@supabase/realtime-js and a Map', connectRealtimeJs, latestOfAll),
    flooded('limit', 'key found in the text, survivors parsed', connectMinimalRouter, latestTexts),
    flooded('aside', 'JSON.parse each, latest in a Map', connectMinimalRouter, latestOfAll),
  ];
};

/** How the latest of each key is had: it is told of enquiries, or listens to the socket itself. */
interface Latest {
  onData(enquiry: Enquiry): void;
  onLatest?(latest: Enquiry[]): void;
  listen?(socket: FakeSocket): void;
  received(): number;
  /** The latest of each, in the order in which the keys were first seen; forgets them. */
  take(): Enquiry[];
}

/** It is asked for, and all have come when it has. */
function latestOfOurs(): Latest {
  let latest: Enquiry[] | undefined;
  return {
    onData: () => undefined,
    onLatest(enquiries) {
      latest = enquiries;
    },
    received: () => (latest ? Number.POSITIVE_INFINITY : 0),
    take() {
      const enquiries = latest ?? [];
      latest = undefined;
      return enquiries;
    },
  };
}

/** What a user does whose client delivers everything: keeps what comes last. */
function latestOfAll(): Latest {
  const latest = new Map<string, Enquiry>();
  let received = 0;
  return {
    onData(enquiry) {
      received += 1;
      latest.set(enquiry.key, enquiry);
    },
    received: () => received,
    take() {
      const enquiries = [...latest.values()];
      latest.clear();
      received = 0;
      return enquiries;
    },
  };
}

/** The physical limit: what will not be delivered is not parsed. */
function latestTexts(): Latest {
  const latest = new Map<string, string>();
  const mark = '"key":"';
  let received = 0;
  return {
    onData: () => undefined,
    listen(socket) {
      socket.onmessage = ({ data }: MessageEvent<string>) => {
        received += 1;
        const start = data.indexOf(mark) + mark.length;
        latest.set(data.slice(start, data.indexOf('"', start)), data);
      };
    },
    received: () => received,
    take() {
      const enquiries = Array.from(latest.values(), (text): Enquiry => JSON.parse(text)[4].payload);
      latest.clear();
      received = 0;
      return enquiries;
    },
  };
}

function flooded(role: Side['role'], name: string, connect: Connect, makeLatest: () => Latest): Side {
  let socket: FakeSocket;
  let client: ConnectedClient;
  let events: MessageEvent[];
  const latest = makeLatest();
  let delivered: Enquiry[] = [];
  const onLatest = (enquiry: Enquiry) => delivered.push(enquiry);
  const flood = async (amount: number): Promise<number> => {
    delivered = [];
    const started = performance.now();
    for (let at = 0; at < amount; at += 1) socket.onmessage?.(events[at % distinct] as MessageEvent);
    for (let turn = 0; latest.received() < amount && turn < 10_000; turn += 1) await nextTurn();
    for (const enquiry of latest.take()) onLatest(enquiry);
    const ms = performance.now() - started;
    if (delivered.length !== keys) throw new Error(`${name} delivered ${delivered.length} of ${keys} keys.`);
    return ms;
  };
  return {
    role,
    name,
    async prepare() {
      socket = await withFakeSocket(async () => {
        client = await connect({
          url: 'http://fake.invalid',
          key: 'bench',
          version: 2,
          channels: ['room'],
          kind: 'broadcast',
          onData: (enquiry) => latest.onData(enquiry),
          ...(latest.onLatest ? { onLatest: latest.onLatest } : {}),
        });
      });
      latest.listen?.(socket);
      events = Array.from(
        { length: distinct },
        (_, n) => new MessageEvent('message', { data: broadcastFrame(2, 'realtime:room', size, n) }),
      );
    },
    async round() {
      return ((await flood(count)) * 1_000) / count;
    },
    async result() {
      await flood(distinct);
      return { count: delivered.length, digest: await digest(delivered), first: delivered[0] };
    },
    close: () => client?.close(),
  };
}
