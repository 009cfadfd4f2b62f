/** Compression by the browser itself, where it has that. */

const format = 'deflate-raw';

/** No value is larger; what would be is not ours. */
const most = 64 * 1024 * 1024;

/** Whether the browser compresses. Those before 2023 do not, or not in this format. */
export function canCompress() {
  try {
    return Boolean(new CompressionStream(format));
  } catch {
    return false;
  }
}

export const deflated = (bytes) => through(new CompressionStream(format), bytes);

/** Rejects for what was not deflated, and for more than any value has. */
export const inflated = (bytes) => through(new DecompressionStream(format), bytes);

async function through({ readable, writable }, bytes) {
  const writer = writable.getWriter();
  // What fails is told by the reader.
  writer.write(bytes).catch(() => {});
  writer.close().catch(() => {});
  const reader = readable.getReader();
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
    if (length > most) {
      reader.cancel().catch(() => {});
      throw new RangeError('More than any value has.');
    }
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
