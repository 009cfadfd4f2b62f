import type { Connect, ConnectedClient } from '../clients/client.js';
import { connectMinimalRouter } from '../clients/minimal-router.js';
import { digest } from '../digest.js';
import {
  type Broadcast,
  binaryFrame,
  broadcastFrame,
  changeFrame,
  type Enquiry,
  eventName,
  messageId,
  tableChangeFrame,
  tableName,
  type Version,
} from '../frames.js';
import { loadOurs, loadPeer } from '../load.js';
import type { MakeSides, Side } from '../side.js';
import { type FakeSocket, type Joined, withFakeSocket } from '../transport.js';
import { nextTurn } from '../turn.js';

interface Parameters {
  kind: 'broadcast' | 'binary' | 'change';
  channels: number;
  size: number;
  version: Version;
  /** So many names take turns, of which any is wanted; otherwise all have one. */
  names?: number;
  /** The broadcasts are the database's, with an id before the payload. */
  meta?: boolean;
  /** Each channel is for a table of its own, with columns of its own. */
  tables?: boolean;
  /** After so many messages another channel is joined and left. */
  joinEvery?: number;
}

/** So many different frames at least; a batch goes through them again and again. */
const fewest = 1_000;

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
  let joined = 0;
  const { joinEvery = 0 } = parameters;
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
    let away = 0;
    for (let at = 0; at < amount; at += 1) {
      socket.onmessage?.(events[at % events.length] as MessageEvent);
      if (joinEvery > 0 && at % joinEvery === joinEvery - 1) {
        const left = performance.now();
        joined += 1;
        await client.joinAndLeave?.(`passing-${joined}`);
        away += performance.now() - left;
      }
    }
    for (let turn = 0; received < amount && turn < 10_000; turn += 1) await nextTurn();
    const ms = performance.now() - started - away;
    if (received !== amount) throw new Error(`${name} delivered ${received} of ${amount} messages.`);
    return ms;
  };
  return {
    role,
    name,
    async prepare() {
      const channels = Array.from({ length: parameters.channels }, (_, place) => `room-${place}`);
      socket = await withFakeSocket(async () => {
        client = await connect({
          url: 'http://fake.invalid',
          key: 'bench',
          version: parameters.version,
          channels,
          kind: parameters.kind === 'change' ? 'change' : 'broadcast',
          ...(parameters.names ? { event: '*' } : {}),
          ...(parameters.tables ? { tables: channels.map((_, place) => tableName(place)) } : {}),
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
      await deliver(events.length);
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
        seen += JSON.parse(frames[at % frames.length] as string) === null ? 0 : 1;
      const ms = performance.now() - started;
      if (seen !== count) throw new Error('Not every frame was parsed.');
      return (ms * 1_000) / count;
    },
  };
}

/** The channels in turn. Our changes have topics of their own, so frames name whatever topic was joined. */
function eventsFor(parameters: Parameters, joined: Joined[]): MessageEvent[] {
  const { kind, size, version, names, meta, tables } = parameters;
  const frame = (n: number) => {
    const { topic, ids } = joined[n % joined.length] as Joined;
    const own: Broadcast = {
      ...(names ? { event: eventName(n, names) } : {}),
      ...(meta ? { id: messageId(n) } : {}),
    };
    switch (kind) {
      case 'binary':
        return binaryFrame(topic, size, n, own);
      case 'broadcast':
        return broadcastFrame(version, topic, size, n, own);
      case 'change':
        return tables
          ? tableChangeFrame(topic, ids[0] ?? 0, n % joined.length, n)
          : changeFrame(topic, ids[0] ?? 0, size, n);
    }
  };
  const count = Math.max(fewest, names ?? 0);
  return Array.from({ length: count }, (_, n) => new MessageEvent('message', { data: frame(n) }));
}
