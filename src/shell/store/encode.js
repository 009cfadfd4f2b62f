/** What is stored of a value, and what is a value's key. */

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

/** A value of its own, from what was stored of it. */
export function decode(stored) {
  if (typeof stored === 'string') return JSON.parse(stored);
  if (!Array.isArray(stored)) throw new TypeError('This was not encoded.');
  return structuredClone(stored[0]);
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

/** About what a clone takes. */
function sizeOf(clone) {
  const found = new Set([clone]);
  let bytes = 0;
  // What is added meanwhile is gone through as well.
  for (const value of found) {
    bytes += 8;
    if (typeof value === 'string') bytes += bytesOf(value);
    if (typeof value !== 'object' || value === null) continue;
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    if (transient.includes(kind)) throw new DOMException(`${kind} cannot be stored.`, 'DataCloneError');
    if (ArrayBuffer.isView(value)) found.add(value.buffer);
    else if (kind === 'ArrayBuffer') bytes += value.byteLength;
    else if (kind === 'Blob' || kind === 'File') bytes += value.size;
    else if (kind === 'Map') for (const part of value) found.add(part[0]).add(part[1]);
    else if (kind === 'Set') for (const part of value) found.add(part);
    else
      for (const name of Object.keys(value)) {
        bytes += name.length;
        found.add(value[name]);
      }
    if (found.size > mostVisited) break;
  }
  return bytes;
}

/** Text without halves of characters; what begins with a zero is spelt out too, so that no two keys are one. */
export function keyOf(key) {
  return /^\0|\p{Surrogate}/u.test(key) ? `\0${JSON.stringify(key)}` : key;
}

export function spellingOf(text) {
  return text.startsWith('\0') ? JSON.parse(text.slice(1)) : text;
}
