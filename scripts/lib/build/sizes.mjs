import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { packageDir } from '../paths.mjs';

/** One line a .wasm file: what it weighs as it is and on the wire. */
export function wasmSizes() {
  return readdirSync(packageDir)
    .filter((name) => name.endsWith('.wasm'))
    .map((name) => {
      const { raw, gzip, brotli } = weigh(readFileSync(join(packageDir, name)));
      return `${name}: ${kilobytes(raw)} raw, ${kilobytes(gzip)} gzip, ${kilobytes(brotli)} brotli`;
    });
}

/** What a file weighs as it is, and as a server sends it at its best: in bytes. @param {Buffer} content */
export function weigh(content) {
  const size = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  return {
    raw: content.length,
    gzip: gzipSync(content, { level: 9 }).length,
    brotli: brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, ...size } }).length,
  };
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
