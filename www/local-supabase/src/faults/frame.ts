/** A frame of a WebSocket: text or bytes. */
export type Frame = string | Buffer;

/** What faults can tell frames apart by. */
export interface FrameLabel {
  /** As it is on the wire; empty if the frame is no message. */
  topic: string;
  /** The event of the protocol and, for a broadcast, the one it carries. */
  events: string[];
}

const nothing: FrameLabel = { topic: '', events: [] };

/** Reads either version of the protocol, in either direction. */
export function labelOf(frame: Frame): FrameLabel {
  return typeof frame === 'string' ? labelOfText(frame) : labelOfBytes(frame);
}

function labelOfText(text: string): FrameLabel {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return nothing;
  }
  if (typeof message !== 'object' || message === null) return nothing;
  const [topic, event, payload] = Array.isArray(message)
    ? (message as unknown[]).slice(2)
    : ['topic', 'event', 'payload'].map((name) => (message as Record<string, unknown>)[name]);
  const inner =
    event === 'broadcast' ? (payload as { event?: unknown } | null | undefined)?.event : undefined;
  return {
    topic: typeof topic === 'string' ? topic : '',
    events: [event, inner].filter((name) => typeof name === 'string'),
  };
}

/** By kind: which of the one-byte lengths are the topic's and the event's, and where the fields begin. */
const layouts: Readonly<Record<number, { topic: number; event: number; fields: number }>> = {
  0: { topic: 2, event: 3, fields: 5 },
  2: { topic: 0, event: 1, fields: 3 },
  3: { topic: 2, event: 3, fields: 7 },
  4: { topic: 0, event: 1, fields: 5 },
};

function labelOfBytes(bytes: Buffer): FrameLabel {
  const layout = layouts[bytes[0] ?? -1];
  if (layout === undefined) return nothing;
  const lengths = [...bytes.subarray(1, 2 + layout.event)];
  const [topicLength = 0, eventLength = 0] = lengths.splice(layout.topic, 2);
  const topicAt = lengths.reduce((sum, length) => sum + length, layout.fields);
  const eventAt = topicAt + topicLength;
  return {
    topic: bytes.toString('utf8', topicAt, eventAt),
    events: ['broadcast', bytes.toString('utf8', eventAt, eventAt + eventLength)],
  };
}

/** A channel's name, however it was written. */
export function topicName(topic: string): string {
  return topic.startsWith('realtime:') ? topic.slice('realtime:'.length) : topic;
}

/** The frame as a bad link would leave it, the same each time. */
export function corrupted(frame: Frame, how: 'truncate' | 'flip'): Frame {
  const middle = Math.floor(frame.length / 2);
  if (how === 'truncate')
    return typeof frame === 'string' ? truncated(frame, middle) : frame.subarray(0, middle);
  if (typeof frame === 'string') return flipped(frame, middle);
  const copy = Buffer.from(frame);
  if (copy.length > 0) copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}

/** Half a pair of surrogates is no text. */
function truncated(text: string, length: number): string {
  const isHighSurrogate = (text.charCodeAt(length - 1) & 0xfc00) === 0xd800;
  return text.slice(0, isHighSurrogate ? length - 1 : length);
}

function flipped(text: string, middle: number): string {
  let at = middle;
  while (at >= 0 && !(text.charCodeAt(at) < 128)) at -= 1;
  if (at < 0) return text;
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
}
