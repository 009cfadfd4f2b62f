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
    tap({ direction, data: typeof data === 'string' ? redacted(data) : data.slice(0) });
  } catch (error) {
    reportError(error);
  }
}

const HIDDEN = '[redacted]';
/** With its value, be it a string or not. */
const ACCESS_TOKEN = /("access_token"\s*:\s*)("[^"\\]*(?:\\.[^"\\]*)*"|[^\s,}\]]+)/g;
/** The same within a string of JSON, where its quotes are escaped. */
const NESTED_ACCESS_TOKEN = /((\\{1,15})"access_token\2"\s*:\s*)(\2"[^"\\]*\2"|[^\s,}\]"]+)/g;
/** What a JWT may be part of. A pattern of the JWT itself would take quadratic time on texts that begin many. */
const RUN = /[\w.-]+/g;

/** A frame's text without its tokens. */
export function redacted(text) {
  return text
    .replace(ACCESS_TOKEN, `$1"${HIDDEN}"`)
    .replace(NESTED_ACCESS_TOKEN, `$1$2"${HIDDEN}$2"`)
    .replace(RUN, withoutJwt);
}

/** A JWT begins as the JSON of its header does in base64, and two points part it. */
function withoutJwt(run) {
  const start = run.indexOf('eyJ');
  const isJwt = start >= 0 && run.includes('.', run.indexOf('.', start) + 1 || run.length);
  return isJwt ? run.slice(0, start) + HIDDEN : run;
}
