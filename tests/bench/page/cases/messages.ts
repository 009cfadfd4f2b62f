import type { Connect, ConnectedClient } from '../clients/client.js';
import { connectMinimalRouter } from '../clients/minimal-router.js';
import { digest } from '../digest.js';
import { binaryFrame, broadcastFrame, changeFrame, type Enquiry, type Version } from '../frames.js';
import { loadOurs, loadPeer } from '../load.js';
import type { MakeSides, Side } from '../side.js';
import { type FakeSocket, type Joined, withFakeSocket } from '../transport.js';
import { nextTurn } from '../turn.js';

interface Parameters {
  kind: 'broadcast' | 'binary' | 'change';
  channels: number;
  size: number;
  version: Version;
}

/** So many different frames; a batch goes through them again and again. */
const distinct = 1_000;

export const makeSides: MakeSides<Parameters> = async (parameters, { amount }) => {
  const count = amount(50_000);
  const { connectRealtimeJs } = await loadPeer(
    '@supabase/realtime-js',
    () => import('../clients/realtime-js.js'),
  );
  const { connectOurs } = await loadOurs(() => import('../clients/ours.js'));
  const sides = [
    fed('ours', '@wedsync/dashboard', connectOurs, parameters, count),
    fed('peer', '@supabase/realtime-js', connectRealtimeJs, parameters, count),
    fed('limit', 'JSON.parse and a Map', connectMinimalRouter, parameters, count),
  ];
  if (parameters.kind !== 'binary') sides.push(parseAlone(parameters, count));
  return sides;
};

/** A client that is given frames by the fake socket, all in one turn. */
function fed(
  role: Side['role'],
  name: string,
  connect: Connect,
  parameters: Parameters,
  count: number,
): Side {
  let socket: FakeSocket;
  let client: ConnectedClient;
  let events: MessageEvent[];
  let received = 0;
  let guests = 0;
  let record: Enquiry[] | null = null;
  const onData = (enquiry: Enquiry) => {
    received += 1;
    guests += enquiry.note.length;
    record?.push(enquiry);
  };
  const deliver = async (amount: number): Promise<number> => {
    received = 0;
    const started = performance.now();
    for (let at = 0; at < amount; at += 1) socket.onmessage?.(events[at % distinct] as MessageEvent);
    for (let turn = 0; received < amount && turn < 10_000; turn += 1) await nextTurn();
    const ms = performance.now() - started;
    if (received !== amount) throw new Error(`${name} delivered ${received} of ${amount} messages.`);
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
          version: parameters.version,
          channels: Array.from({ length: parameters.channels }, (_, place) => `room-${place}`),
          kind: parameters.kind === 'change' ? 'change' : 'broadcast',
          onData,
        });
      });
      events = eventsFor(parameters, socket.joinedInOrder());
    },
    async round() {
      const ms = await deliver(count);
      if (guests < 0) throw new Error('The payloads were not read.');
      return (ms * 1_000) / count;
    },
    async result() {
      record = [];
      await deliver(distinct);
      const delivered = record;
      record = null;
      return { count: delivered.length, digest: await digest(delivered), first: delivered[0] };
    },
    close: () => client.close(),
  };
}

function parseAlone(parameters: Parameters, count: number): Side {
  const frames = eventsFor(parameters, [{ topic: 'realtime:room-0', ids: [1] }]).map(({ data }) =>
    String(data),
  );
  return {
    role: 'aside',
    name: 'JSON.parse alone',
    round() {
      let seen = 0;
      const started = performance.now();
      for (let at = 0; at < count; at += 1)
        seen += JSON.parse(frames[at % distinct] as string) === null ? 0 : 1;
      const ms = performance.now() - started;
      if (seen !== count) throw new Error('Not every frame was parsed.');
      return (ms * 1_000) / count;
    },
  };
}

/** The channels in turn. Our changes have topics of their own, so frames name whatever topic was joined. */
function eventsFor({ kind, size, version }: Parameters, joined: Joined[]): MessageEvent[] {
  return Array.from({ length: distinct }, (_, n) => {
    const { topic, ids } = joined[n % joined.length] as Joined;
    const data =
      kind === 'binary'
        ? binaryFrame(topic, size, n)
        : kind === 'change'
          ? changeFrame(topic, ids[0] ?? 0, size, n)
          : broadcastFrame(version, topic, size, n);
    return new MessageEvent('message', { data });
  });
}
