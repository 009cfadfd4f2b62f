import type { Enquiry } from '../frames.js';
import type { Connect } from './client.js';

/**
 * The physical limit: the least JavaScript that brings a message to its callback. It joins and then does nothing but
 * `JSON.parse` and one lookup in a `Map`: no presence, no errors, no reconnecting.
 */
export const connectMinimalRouter: Connect = async ({
  url,
  key,
  version,
  channels,
  kind,
  tables = [],
  onData,
}) => {
  const routes = new Map(channels.map((name) => [`realtime:${name}`, onData]));
  const waiting = new Set(routes.keys());
  const tableOf = new Map([...waiting].map((topic, place) => [topic, tables[place] ?? 'clients']));
  const decoder = new TextDecoder();
  const payloadOf: (payload: never) => Enquiry =
    kind === 'broadcast'
      ? ({ payload }: { payload: Enquiry }) => payload
      : ({ data }: { data: { record: Enquiry } }) => data.record;
  const socket = new WebSocket(
    `${url.replace('http', 'ws')}/realtime/v1/websocket?apikey=${key}&vsn=${version}.0.0`,
  );
  socket.binaryType = 'arraybuffer';
  const route = ({ data }: MessageEvent) => {
    if (typeof data !== 'string') {
      const bytes = new Uint8Array(data);
      const [, topicLength = 0, eventLength = 0, metaLength = 0] = bytes;
      const topic = decoder.decode(bytes.subarray(5, 5 + topicLength));
      const payload = bytes.subarray(5 + topicLength + eventLength + metaLength);
      routes.get(topic)?.(JSON.parse(decoder.decode(payload)));
    } else if (version === 2) {
      const frame = JSON.parse(data);
      routes.get(frame[2])?.(payloadOf(frame[4] as never));
    } else {
      const frame = JSON.parse(data);
      routes.get(frame.topic)?.(payloadOf(frame.payload as never));
    }
  };
  await new Promise<void>((resolve, reject) => {
    socket.onerror = () => reject(new Error('The minimal router’s socket did not open.'));
    socket.onopen = () => {
      for (const topic of waiting) socket.send(joinFrame(version, topic, kind, tableOf.get(topic)));
    };
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      const [topic, event] = version === 2 ? [frame[2], frame[3]] : [frame.topic, frame.event];
      if (event === (kind === 'change' ? 'system' : 'phx_reply')) waiting.delete(topic);
      if (waiting.size > 0) return;
      socket.onmessage = route;
      resolve();
    };
  });
  return { close: () => socket.close() };
};

function joinFrame(version: number, topic: string, kind: 'broadcast' | 'change', table = ''): string {
  const bindings = kind === 'change' ? [{ event: 'INSERT', schema: 'public', table }] : [];
  const payload = {
    config: {
      broadcast: { self: false, ack: false },
      presence: {},
      postgres_changes: bindings,
      private: false,
    },
  };
  return version === 2
    ? JSON.stringify(['1', '1', topic, 'phx_join', payload])
    : JSON.stringify({ topic, event: 'phx_join', payload, ref: '1', join_ref: '1' });
}
