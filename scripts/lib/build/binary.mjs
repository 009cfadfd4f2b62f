/** An unsigned LEB128 integer, and where it ends. @param {Uint8Array} bytes @param {number} at */
export function readInteger(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7, at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) << shift;
    if (byte < 128) return { value, end: at + 1 };
  }
}

/** @param {number} value */
export function writeInteger(value) {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}
