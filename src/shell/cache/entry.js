/** What lies on the disk of an entry of the cache: a header, which the core writes and reads, and a body, made of the value. */

import { encode } from '../store/encode.js';
import { decrypted, encrypted } from './cipher.js';
import { canCompress, deflated, inflated } from './compression.js';

/** How a body is made; the core keeps these in the header, beside `1`, which says that there is nothing. */
const cloned = 2;
const compressed = 4;
const sealed = 8;
const known = 15;

/** From this size on, in bytes, compressing what is to be encrypted saves most of its space at little or no cost in time. */
const worthCompressing = 64 * 1024;

/**
 * `{ body, bytes, flags }` of a value as it is now: the text of its JSON, a clone where that does not say everything, or bytes
 * if it is compressed, because the text takes more than `compressAbove` bytes, or encrypted, because there is a `key`. A promise
 * of it if it may become bytes. `undefined` for a clone that was to be encrypted: only text can be.
 *
 * Throws a `DataCloneError` for what cannot be stored.
 *
 * @param {unknown} value
 * @param {{ compressAbove?: number, key?: CryptoKey, name?: string, version?: string }} [options] `compressAbove`: default 64 KB
 * with a key, otherwise nothing is compressed, since that saves space and no time. `name` and `version` are what an encrypted
 * body is of: it is read as nothing else.
 */
export function encodeEntry(value, options = {}) {
  const [stored, bytes] = encode(value);
  if (typeof stored !== 'string') {
    return options.key ? undefined : { body: stored[0], bytes, flags: cloned };
  }
  const most = options.compressAbove ?? (options.key ? worthCompressing : Infinity);
  const isLarge = bytes > most && canCompress();
  if (isLarge || options.key) return packed(stored, bytes, isLarge, options);
  return { body: stored, bytes, flags: 0 };
}

async function packed(text, bytes, isLarge, options) {
  const plain = new TextEncoder().encode(text);
  let body = isLarge ? await deflated(plain) : plain;
  let flags = compressed;
  if (body.byteLength >= plain.byteLength) [body, flags] = [plain, 0];
  if (options.key) {
    flags |= sealed;
    body = await encrypted(options.key, body, about(flags, options));
  }
  return flags === 0 ? { body: text, bytes, flags } : { body, bytes: body.byteLength, flags };
}

/**
 * `[value]`, a promise of it if the body is bytes, or `undefined` if this is no such body: damaged, foreign, of a later build or
 * encrypted with another key. Never throws.
 *
 * @param {unknown} body
 * @param {number} flags
 * @param {{ key?: CryptoKey, name?: string, version?: string }} [options]
 */
export function decodeEntry(body, flags, options = {}) {
  try {
    if ((flags & ~known) !== 0) return undefined;
    if ((flags & (compressed | sealed)) !== 0) {
      const isBytes = body instanceof Uint8Array && (flags & cloned) === 0;
      return isBytes ? unpacked(body, flags, options) : undefined;
    }
    if ((flags & cloned) !== 0) return [structuredClone(body)];
    return typeof body === 'string' ? [JSON.parse(body)] : undefined;
  } catch {
    return undefined;
  }
}

async function unpacked(body, flags, options) {
  try {
    let bytes = body;
    if ((flags & sealed) !== 0) bytes = await decrypted(options.key, bytes, about(flags, options));
    if ((flags & compressed) !== 0) bytes = await inflated(bytes);
    return [JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))];
  } catch {
    return undefined;
  }
}

/** What an encrypted body belongs to. */
const about = (flags, { name = '', version = '' }) =>
  new TextEncoder().encode(JSON.stringify([flags, name, version]));

/** `[what is stored, its size in bytes]` of a body and its header, which has no line breaks and only ASCII characters. */
export function joinEntry(header, body, bytes) {
  if (typeof body !== 'string') return [[[header, body]], bytes + header.length];
  const isWide = bytes > body.length;
  return [`${header}\n${body}`, bytes + (header.length + 1) * (isWide ? 2 : 1)];
}

/** `[header, body]` of what is stored; `undefined` for what was not stored as an entry. */
export function splitEntry(stored) {
  if (typeof stored === 'string') {
    const end = stored.indexOf('\n');
    return end < 0 ? undefined : [stored.slice(0, end), stored.slice(end + 1)];
  }
  const parts = Array.isArray(stored) && stored.length === 1 ? stored[0] : undefined;
  return Array.isArray(parts) && parts.length === 2 && typeof parts[0] === 'string' ? parts : undefined;
}
