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
  /** Before a flood. */
  begin?(): void;
  /** Milliseconds after the flood that were no work, but waiting for the next animation frame. */
  waited?(sent: number): number;
  received(): number;
  /** The latest of each, in the order in which the keys were first seen; forgets them. */
  take(): Enquiry[];
}

/** It is asked for, and all have come in the first animation frame after the flood. */
function latestOfOurs(): Latest {
  const latest = new Map<string, Enquiry>();
  let frame: number | undefined;
  return {
    // Asked for before ours asks for it, the frame tells of its beginning.
    begin() {
      frame = undefined;
      requestAnimationFrame(() => {
        frame = performance.now();
      });
    },
    waited: (sent) => (frame ?? sent) - sent,
    onData: () => undefined,
    // A flood that takes long is handed over in parts.
    onLatest(enquiries) {
      for (const enquiry of enquiries) latest.set(enquiry.key, enquiry);
    },
    received: () => (frame === undefined ? 0 : Number.POSITIVE_INFINITY),
    take() {
      const enquiries = [...latest.values()];
      latest.clear();
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
    latest.begin?.();
    const started = performance.now();
    for (let at = 0; at < amount; at += 1) socket.onmessage?.(events[at % distinct] as MessageEvent);
    const sent = performance.now();
    for (let turn = 0; latest.received() < amount && turn < 1_000_000; turn += 1) await nextTurn();
    for (const enquiry of latest.take()) onLatest(enquiry);
    const ms = performance.now() - started - (latest.waited?.(sent) ?? 0);
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
