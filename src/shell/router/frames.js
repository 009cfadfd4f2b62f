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

/** Of `postgres_changes`, which no other event that a head has begins with. */
const LETTER_P = 112;
const CLOSE_BRACKET = 93;
const CLOSE_BRACE = 125;

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
  /** All before the payload in a data frame that the server writes. */
  head(topic, event) {
    return `{"ref":null,"event":"${event}","topic":${JSON.stringify(topic)},"payload":`;
  },
  /** Where the head of a data frame that the server wrote ends; anywhere in any other. */
  headEnd(data) {
    return data.indexOf('"', data.charCodeAt(21) === LETTER_P ? 48 : 41) + 12;
  },
  /** The payload behind a head, if nothing follows it. */
  behind(head, data) {
    return data.charCodeAt(data.length - 1) === CLOSE_BRACE ? data.slice(head.length, -1) : '';
  },
  broadcastEnd: ',"type":"broadcast"}}',
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
  head(topic, event) {
    return `[null,null,${JSON.stringify(topic)},"${event}",`;
  },
  headEnd(data) {
    const topicEnd = data.indexOf('"', 12);
    return topicEnd + (data.charCodeAt(topicEnd + 3) === LETTER_P ? 21 : 14);
  },
  behind(head, data) {
    return data.charCodeAt(data.length - 1) === CLOSE_BRACKET ? data.slice(head.length, -1) : '';
  },
  broadcastEnd: ',"type":"broadcast"}]',
};

/** Kinds of binary frames. */
export const PUSH = 0;
const REPLY = 1;
const FRAMEWORK_BROADCAST = 2;
export const BROADCAST = 4;
/** How long the kind and the lengths of a reply are. */
const REPLY_HEADER = 5;

/** Where the topic of a binary broadcast begins, and its event behind it; 0 if it is none. */
export function fieldsOf(bytes) {
  const kind = bytes[0];
  if (kind === BROADCAST) return bytes[4] <= 1 ? 5 : 0;
  if (kind === FRAMEWORK_BROADCAST) return bytes.length >= 3 ? 3 : 0;
  // Behind the reference of a join.
  const start = 4 + bytes[1];
  return kind === PUSH && bytes.length >= start && decoded(bytes.buffer, 4, start) !== undefined ? start : 0;
}

/** A broadcast as the server would send it in a text frame. */
export function echoOf(protocol, topic, event, payload) {
  const message = JSON.stringify({ event, payload, type: 'broadcast' });
  return protocol.head(topic, 'broadcast') + message + (protocol === V1 ? '}' : ']');
}

/** A broadcast of bytes as the server would send it. @param {ArrayBuffer | ArrayBufferView} payload */
export function broadcastOf(topic, event, payload) {
  const [name, of] = [encoder.encode(topic), encoder.encode(event)];
  const content = bytesOf(payload);
  const bytes = new Uint8Array(5 + name.length + of.length + content.length);
  bytes.set([BROADCAST, name.length, of.length, 0, 0]);
  bytes.set(name, 5);
  bytes.set(of, 5 + name.length);
  bytes.set(content, 5 + name.length + of.length);
  return bytes.buffer;
}

/** Whether all before this place is. */
export function isAscii(bytes, end) {
  let bits = 0;
  for (let at = 0; at < end; at += 1) bits |= bytes[at];
  return bits < 0x80;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `undefined` if it is not UTF-8. @param {ArrayBuffer} buffer */
export function decoded(buffer, start = 0, end = buffer.byteLength) {
  try {
    return decoder.decode(start === 0 ? buffer : new Uint8Array(buffer, start, end - start));
  } catch {
    return undefined;
  }
}

export function binaryMessage(event, payload) {
  return { type: 'broadcast', event, payload };
}

/** A reply as the text frame that it would be; `undefined` if it is none, or malformed. */
export function replyIn(buffer) {
  if (buffer.byteLength < REPLY_HEADER || new Uint8Array(buffer)[0] !== REPLY) return undefined;
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

/** A text's length counts, as in all that the router counts. @param {string | ArrayBuffer} data */
export function sizeOf(data) {
  return typeof data === 'string' ? data.length : data.byteLength;
}
