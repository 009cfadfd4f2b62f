/** What is stored of a value, and what is a value's key. `js/records.ts` reads values back. */

/** Beyond either a value is cloned, which takes any depth, and knows what it has been at already. */
const deepest = 100;
const mostVisited = 1_000_000;

/** What can be cloned in memory, but not stored. */
const transient = ['SharedArrayBuffer', 'WebAssembly.Module', 'ImageBitmap', 'VideoFrame', 'AudioData'];

/** `[what is stored, its size in bytes]`; throws for what cannot be stored. */
export function encode(value) {
  if (isJson(value, deepest, { left: mostVisited })) {
    const text = JSON.stringify(value);
    return [text, bytesOf(text)];
  }
  const clone = structuredClone(value);
  return [[clone], sizeOf(clone)];
}

/** Whether the text of a value says all that a clone of it would. */
function isJson(value, depth, visits) {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) return true;
  visits.left -= 1;
  if (depth === 0 || visits.left < 0) return false;
  const prototype = Object.getPrototypeOf(value);
  if (Array.isArray(value)) {
    if (prototype !== Array.prototype) return false;
    for (let index = 0; index < value.length; index += 1) {
      if (!isJson(value[index], depth - 1, visits)) return false;
    }
    return true;
  }
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const name in value) {
    if (!isJson(value[name], depth - 1, visits)) return false;
  }
  return true;
}

/** Browsers store a string as bytes if all its characters are such, otherwise two bytes each. */
function bytesOf(text) {
  // Where the engine knows that they are, it does not look.
  return /[^\0-\xff]/.test(text) ? 2 * text.length : text.length;
}

/** All that a clone holds, itself included, each once. */
function partsOf(clone) {
  const parts = new Set([clone]);
  // What is added meanwhile is gone through as well.
  for (const part of parts) {
    if (typeof part !== 'object' || part === null || parts.size > mostVisited) continue;
    if (ArrayBuffer.isView(part)) parts.add(part.buffer);
    else if (part instanceof Map) for (const [key, value] of part) parts.add(key).add(value);
    else if (part instanceof Set) for (const value of part) parts.add(value);
    else for (const name of Object.keys(part)) parts.add(name).add(part[name]);
  }
  return parts;
}

const kindOf = (value) => Object.prototype.toString.call(value).slice(8, -1);

const isBlob = (value) => value instanceof Blob;

/** About what a clone takes. */
function sizeOf(clone) {
  let bytes = 0;
  for (const part of partsOf(clone)) {
    if (transient.includes(kindOf(part)))
      throw new DOMException(`${kindOf(part)} cannot be stored.`, 'DataCloneError');
    if (typeof part === 'string') bytes += bytesOf(part);
    else if (part instanceof ArrayBuffer) bytes += part.byteLength;
    else if (isBlob(part)) bytes += part.size;
    else bytes += 8;
  }
  return bytes;
}

/** Whether what is stored holds a blob or a file. */
export const holdsBlob = (stored) => Array.isArray(stored) && [...partsOf(stored)].some(isBlob);

/** Text without halves of characters; what begins with a zero is spelt out too, so that no two keys are one. */
export function keyOf(key) {
  return /^\0|\p{Surrogate}/u.test(key) ? `\0${JSON.stringify(key)}` : key;
}

export function spellingOf(text) {
  return text.startsWith('\0') ? JSON.parse(text.slice(1)) : text;
}
