import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { packageDir } from '../paths.mjs';

/** One line a .wasm file: what it weighs as it is and on the wire. */
export function wasmSizes() {
  return readdirSync(packageDir)
    .filter((name) => name.endsWith('.wasm'))
    .map((name) => {
      const bytes = readFileSync(join(packageDir, name));
      const gzip = gzipSync(bytes, { level: 9 }).length;
      const brotli = brotliCompressSync(bytes, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
      }).length;
      return `${name}: ${kilobytes(bytes.length)} raw, ${kilobytes(gzip)} gzip, ${kilobytes(brotli)} brotli`;
    });
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
