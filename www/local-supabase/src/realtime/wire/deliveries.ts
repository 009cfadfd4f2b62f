import { canonicalJson } from './canonicalJson.js';
import { wireTopic } from './topics.js';
import {
  type Encoding,
  encodeBroadcast,
  encodeText,
  encodeUserBroadcast,
  type Frame,
  type Version,
} from './wire.js';

/** Something on its way to all who listen to a topic. It is encoded once for each version, however many listen. */
export interface Delivery {
  /** The id of a message that the database keeps: who has had it replayed does not get it again. */
  readonly id: string | null;
  readonly isPresence: boolean;
  /** `null`: this version has no way to say it. */
  frame(version: Version): Frame | null;
}

type Encode = (version: Version) => Frame | null;

function delivery(encode: Encode, { id = null, isPresence = false }: Partial<Delivery> = {}): Delivery {
  const frames = new Map<Version, Frame | null>();
  return {
    id,
    isPresence,
    frame(version) {
      const known = frames.get(version);
      if (known !== undefined) return known;
      const frame = encode(version);
      frames.set(version, frame);
      return frame;
    },
  };
}

const head = (topic: string, event: string) => ({
  joinRef: null,
  ref: null,
  topic: wireTopic(topic),
  event,
});

/** A broadcast as JSON text, the form in which older clients and batches over REST send it. */
export function textBroadcast(topic: string, payload: string): Delivery {
  return delivery((version) => encodeText(version, head(topic, 'broadcast'), payload));
}

/** A broadcast whose event stands outside of the payload. Version 1 has it as text, and no bytes at all. */
export function userBroadcast(
  topic: string,
  {
    event,
    encoding,
    payload,
    id = null,
  }: { event: string; encoding: Encoding; payload: Buffer; id?: string | null },
): Delivery {
  const metadata = id === null ? '' : JSON.stringify({ id });
  const encode: Encode = (version) => {
    if (version === '2.0.0') {
      return encodeUserBroadcast(wireTopic(topic), event, metadata, encoding, payload);
    }
    const text = encoding === 'json' ? readableJson(payload) : null;
    if (text === null) return null;
    const meta = metadata === '' ? '' : `"meta":${metadata},`;
    return encodeText(
      version,
      head(topic, 'broadcast'),
      `{"event":${JSON.stringify(event)},${meta}"payload":${text},"type":"broadcast"}`,
    );
  };
  return delivery(encode, { id });
}

/** What Phoenix makes of bytes that were pushed as a plain event. */
export function binaryBroadcast(topic: string, payload: Buffer): Delivery {
  return delivery((version) =>
    version === '2.0.0' ? encodeBroadcast(wireTopic(topic), 'broadcast', payload) : null,
  );
}

/** `joins` and `leaves` are JSON text. */
export function presenceDiff(topic: string, joins: string, leaves: string): Delivery {
  const payload = `{"joins":${joins},"leaves":${leaves}}`;
  return delivery((version) => encodeText(version, head(topic, 'presence_diff'), payload), {
    isPresence: true,
  });
}

/** Nobody checks what a client says is JSON; where it has to be read, it may not be. */
function readableJson(payload: Buffer): string | null {
  try {
    return canonicalJson(payload.toString());
  } catch {
    return null;
  }
}
