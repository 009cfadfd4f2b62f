/**
 * Taking binary frames apart. Their layouts are told in `src/core/realtime/frame/binary.rs`.
 */
import { parsed } from './json.js';

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
