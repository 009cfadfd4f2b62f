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

/** How the payload of a binary frame is encoded. */
export type Encoding = 'bytes' | 'json';

/** A broadcast pushed as a kind 3 frame. */
export interface BinaryPush {
  joinRef: string;
  ref: string;
  topic: string;
  event: string;
  encoding: Encoding;
  payload: Buffer;
}

const pushKind = 3;
const broadcastKind = 4;
const longestField = 255;

/** `null` for anything that is not a message: such frames are dropped without an answer. */
export function decodeText(version: Version, text: string): Message | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (version === '2.0.0') {
    if (!Array.isArray(value) || value.length < 5) return null;
    const [joinRef, ref, topic, event, payload] = value as unknown[];
    return { joinRef, ref, topic, event, payload };
  }
  if (typeof value !== 'object' || value === null) return null;
  const { join_ref: joinRef = null, ref, topic, event, payload } = value as Record<string, unknown>;
  if ([ref, topic, event, payload].includes(undefined)) return null;
  return { joinRef, ref, topic, event, payload };
}

/** A kind 3 frame: six lengths and an encoding, the fields in the same order, the payload. */
export function decodeBinary(data: Buffer): BinaryPush | null {
  if (data.length < 7 || data[0] !== pushKind) return null;
  const lengths = [...data.subarray(1, 6)];
  let offset = 7;
  const fields: string[] = [];
  for (const length of lengths) {
    if (offset + length > data.length) return null;
    fields.push(data.toString('utf8', offset, offset + length));
    offset += length;
  }
  const [joinRef = '', ref = '', topic = '', event = ''] = fields;
  return {
    joinRef,
    ref,
    topic,
    event,
    encoding: data[6] === 1 ? 'json' : 'bytes',
    payload: data.subarray(offset),
  };
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
export function encodeBroadcast(
  topic: string,
  event: string,
  metadata: string,
  encoding: Encoding,
  payload: Buffer,
): Buffer | null {
  const fields = [topic, event, metadata].map((field) => Buffer.from(field));
  if (fields.some((field) => field.length > longestField)) return null;
  const lengths = fields.map((field) => field.length);
  const head = Buffer.from([broadcastKind, ...lengths, encoding === 'json' ? 1 : 0]);
  return Buffer.concat([head, ...fields, payload]);
}
