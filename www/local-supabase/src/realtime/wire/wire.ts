import { canonicalPart } from './canonicalJson.js';

export type { Frame } from '../../faults/frame.js';

/** The serializer that a socket asked for with `vsn`. */
export type Version = '1.0.0' | '2.0.0';

/** A message of the Phoenix protocol. References and names are echoed as they came, whatever their type. */
export interface Message {
  joinRef: unknown;
  ref: unknown;
  topic: unknown;
  event: unknown;
  payload: unknown;
}

/** A message that came as text. */
export interface TextMessage extends Message {
  kind: 'text';
  /** The payload, or what it has under `key`, as the server sends it on: parsing may have rounded its numbers. */
  payloadJson(key?: string): string;
}

/** How the payload of a binary frame is encoded. */
export type Encoding = 'bytes' | 'json';

/** A message pushed as bytes: a broadcast (kind 3), or Phoenix's own push of any event (kind 0). */
export interface BinaryMessage {
  kind: 'broadcast' | 'push';
  joinRef: string;
  ref: string;
  topic: string;
  event: string;
  encoding: Encoding;
  payload: Buffer;
}

const kinds = { push: 0, broadcast: 2, userBroadcastPush: 3, userBroadcast: 4 } as const;
const longestField = 255;

/** `null` for anything that is not a message: such frames are dropped without an answer. */
export function decodeText(version: Version, text: string): TextMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (version === '2.0.0') {
    if (!Array.isArray(value) || value.length < 5) return null;
    const [joinRef, ref, topic, event, payload] = value as unknown[];
    return textMessage({ joinRef, ref, topic, event, payload }, text, (whole) => (whole as unknown[])[4]);
  }
  if (typeof value !== 'object' || value === null) return null;
  const { join_ref: joinRef = null, ref, topic, event, payload } = value as Record<string, unknown>;
  if ([ref, topic, event, payload].includes(undefined)) return null;
  return textMessage({ joinRef, ref, topic, event, payload }, text, (whole) => member(whole, 'payload'));
}

function textMessage(message: Message, text: string, pick: (whole: unknown) => unknown): TextMessage {
  const { payload } = message;
  return {
    kind: 'text',
    ...message,
    payloadJson: (key) =>
      key === undefined
        ? canonicalPart(payload, text, pick)
        : canonicalPart(member(payload, key), text, (whole) => member(pick(whole), key)),
  };
}

function member(value: unknown, key: string): unknown {
  return (value as Record<string, unknown>)[key];
}

/**
 * Kind 3 has six lengths (the fifth is the metadata's) and an encoding, kind 0 four lengths; the fields follow in
 * the same order, then the payload.
 */
export function decodeBinary(data: Buffer): BinaryMessage | null {
  if (data[0] === kinds.userBroadcastPush) {
    const fields = readFields(data, 5, 7);
    return fields && binaryMessage('broadcast', fields, data[6] === 1 ? 'json' : 'bytes');
  }
  if (data[0] === kinds.push) {
    const fields = readFields(data, 4, 5);
    return fields && binaryMessage('push', fields, 'bytes');
  }
  return null;
}

function binaryMessage(
  kind: BinaryMessage['kind'],
  { texts: [joinRef = '', ref = '', topic = '', event = ''], payload }: Fields,
  encoding: Encoding,
): BinaryMessage {
  return { kind, joinRef, ref, topic, event, encoding, payload };
}

interface Fields {
  texts: string[];
  payload: Buffer;
}

/** `count` one-byte lengths after the kind, the fields from `start` on. */
function readFields(data: Buffer, count: number, start: number): Fields | null {
  if (data.length < start) return null;
  const texts: string[] = [];
  let offset = start;
  for (const length of data.subarray(1, 1 + count)) {
    if (offset + length > data.length) return null;
    texts.push(data.toString('utf8', offset, offset + length));
    offset += length;
  }
  return { texts, payload: data.subarray(offset) };
}

/** `payload` is JSON text already, so that a row's numbers pass through untouched. */
export function encodeText(version: Version, message: Omit<Message, 'payload'>, payload: string): string {
  const { joinRef, ref, topic, event } = message;
  if (version === '2.0.0') {
    const head = JSON.stringify([joinRef ?? null, ref ?? null, topic, event]);
    return `${head.slice(0, -1)},${payload}]`;
  }
  const head = JSON.stringify({ ref: ref ?? null, event, topic });
  return `${head.slice(0, -1)},"payload":${payload}}`;
}

/** A kind 4 frame, or `null` if a field is too long for its one-byte length. */
export function encodeUserBroadcast(
  topic: string,
  event: string,
  metadata: string,
  encoding: Encoding,
  payload: Buffer,
): Buffer | null {
  const head = encodeFields(kinds.userBroadcast, [topic, event, metadata], [encoding === 'json' ? 1 : 0]);
  return head && Buffer.concat([head, payload]);
}

/** A kind 2 frame: what a kind 0 push of a broadcast comes out as. */
export function encodeBroadcast(topic: string, event: string, payload: Buffer): Buffer | null {
  const head = encodeFields(kinds.broadcast, [topic, event], []);
  return head && Buffer.concat([head, payload]);
}

function encodeFields(kind: number, texts: readonly string[], flags: readonly number[]): Buffer | null {
  const fields = texts.map((text) => Buffer.from(text));
  if (fields.some((field) => field.length > longestField)) return null;
  return Buffer.concat([Buffer.from([kind, ...fields.map(({ length }) => length), ...flags]), ...fields]);
}
