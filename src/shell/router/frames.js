/**
 * Frames taken apart and put together: the two protocols' text frames (their twin in Rust is `Inbound::decode` in
 * `src/core/realtime/frame.rs`), binary frames (their layouts are told in `src/core/realtime/frame/binary.rs`), and what a
 * tap is shown of both.
 */

import { redacted } from './redacted.js';

/** The value of a JSON text; `undefined` if it is not one value. */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Neither an array nor `null`. */
export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Objects. */
export const V1 = {
  /** `undefined` if it is no frame of this protocol; a part that is not there is `undefined` too. */
  parts(frame) {
    return typeof frame === 'object' && frame !== null && !Array.isArray(frame) ? frame : undefined;
  },
  /** Which join a frame is of, the server never says. */
  isStale() {
    return false;
  },
  /** All before the payload. */
  address({ ref, event, topic }) {
    return `{"ref":${JSON.stringify(ref)},"event":${JSON.stringify(event)},"topic":${JSON.stringify(topic)},"payload":`;
  },
  /** Where what the user is given begins in a data frame that the server wrote: behind the frame's and the payload's brace. */
  payloadStart(data) {
    return braceAfter(data, braceAfter(data, data.indexOf('{')));
  },
  broadcastEnd: ',"type":"broadcast"}}',
  changeEnd: '}}',
};

/** Arrays; longer ones than necessary are fine. */
export const V2 = {
  parts(frame) {
    if (!Array.isArray(frame) || frame.length < 5) return undefined;
    return { topic: frame[2], event: frame[3], payload: frame[4] };
  },
  /** Whether a frame names another join of its topic than the one that counts; most name none. */
  isStale(frame, { joinRef }) {
    return joinRef !== undefined && typeof frame[0] === 'string' && frame[0] !== joinRef;
  },
  address(frame) {
    return `${JSON.stringify(frame.slice(0, 4)).slice(0, -1)},`;
  },
  payloadStart(data) {
    return braceAfter(data, data.indexOf('{'));
  },
  broadcastEnd: ',"type":"broadcast"}]',
  changeEnd: '}]',
};

function braceAfter(data, at) {
  return data.indexOf('{', at + 1);
}

/** Kinds. */
export const REPLY = 1;
export const BROADCAST = 4;
/** How long the kind and the lengths of a reply are. */
const REPLY_HEADER = 5;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `undefined` if it is not UTF-8. @param {ArrayBuffer} buffer */
export function decoded(buffer, start, end = buffer.byteLength) {
  try {
    return decoder.decode(new Uint8Array(buffer, start, end - start));
  } catch {
    return undefined;
  }
}

export function binaryMessage(event, payload) {
  return { type: 'broadcast', event, payload };
}

/** A broadcast's message, of which the payload begins and the metadata end at `payloadStart`; `undefined` if it is malformed. */
export function messageIn(buffer, event, isJson, metaStart, payloadStart) {
  const payload = isJson ? parsedIn(buffer, payloadStart) : buffer.slice(payloadStart);
  if (payload === undefined) return undefined;
  const message = binaryMessage(event, payload);
  if (metaStart < payloadStart) {
    message.meta = parsedIn(buffer, metaStart, payloadStart);
    if (message.meta === undefined) return undefined;
  }
  return message;
}

function parsedIn(buffer, start, end) {
  const text = decoded(buffer, start, end);
  return text === undefined ? undefined : parsed(text);
}

/** A reply as the text frame that it would be; `undefined` if it is malformed. */
export function replyIn(buffer) {
  if (buffer.byteLength < REPLY_HEADER) return undefined;
  const fields = [];
  let at = REPLY_HEADER;
  for (const length of new Uint8Array(buffer, 1, REPLY_HEADER - 1)) {
    const field = decoded(buffer, at, at + length);
    if (field === undefined) return undefined;
    fields.push(field);
    at += length;
  }
  const [joinRef, ref, topic, status] = fields;
  return [joinRef, ref, topic, 'phx_reply', { status, response: buffer.slice(at) }];
}

const encoder = new TextEncoder();

/** The frame of a binary broadcast: the header that the core wrote, with the payload behind it. */
export function broadcastFrame(header, payload, isJson) {
  const bytes = isJson ? encoder.encode(JSON.stringify(payload)) : bytesOf(payload);
  const frame = new Uint8Array(header.length + bytes.length);
  frame.set(header);
  frame.set(bytes, header.length);
  return frame.buffer;
}

/** An `ArrayBuffer`'s bytes, or those of a view alone. */
function bytesOf(payload) {
  return ArrayBuffer.isView(payload)
    ? new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength)
    : new Uint8Array(payload);
}

/** Shows a frame to the tap; what it does with it changes nothing, and what it throws is its owner's. */
export function show(tap, direction, data) {
  try {
    tap({ direction, data: typeof data === 'string' ? redacted(data) : data.slice(0) });
  } catch (error) {
    reportError(error);
  }
}
