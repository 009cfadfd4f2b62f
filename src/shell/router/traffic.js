/**
 * What goes out, and what a tap is shown of what goes in and out.
 */
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
    tap(direction, typeof data === 'string' ? redacted(data) : data.slice(0));
  } catch (error) {
    reportError(error);
  }
}

const HIDDEN = '[redacted]';
/** Three parts of base64url, of which the first begins like the JSON of a JWT's header; unsigned ones lack the third. */
const JWT = /eyJ[\w-]*\.[\w-]+\.[\w-]*/g;
/** With its value, be it a string or not; within a string of JSON its quotes are escaped. */
const ACCESS_TOKEN = /("access_token"\s*:\s*)("[^"\\]*(?:\\.[^"\\]*)*"|[^\s,}\]]+)/g;
const NESTED_ACCESS_TOKEN = /((\\+)"access_token\2"\s*:\s*)(\2"[^"\\]*\2"|[^\s,}\]"]+)/g;

/** A frame's text without its tokens. */
export function redacted(text) {
  return text
    .replace(ACCESS_TOKEN, `$1"${HIDDEN}"`)
    .replace(NESTED_ACCESS_TOKEN, `$1$2"${HIDDEN}$2"`)
    .replace(JWT, HIDDEN);
}
