/**
 * Texts as WebSocket frames, one behind the other in one buffer: what a server writes to its socket (RFC 6455, 5.2;
 * a server does not mask).
 * @param {string[]} texts
 */
export function packed(texts) {
  return Buffer.concat(
    texts.flatMap((text) => {
      const payload = Buffer.from(text);
      return [header(payload.length), payload];
    }),
  );
}

const finalText = 0x81;

/** @param {number} length */
function header(length) {
  if (length < 126) return Buffer.from([finalText, length]);
  if (length < 0x1_00_00) return Buffer.from([finalText, 126, length >> 8, length & 0xff]);
  const long = Buffer.alloc(10);
  long.set([finalText, 127]);
  long.writeBigUInt64BE(BigInt(length), 2);
  return long;
}
