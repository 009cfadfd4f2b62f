/** What is sent, as it is at the call. Reading it may run the application's code, which may throw. */

/** A view of the payload's bytes; `undefined` if it is none. */
export function bytesIn(payload) {
  if (ArrayBuffer.isView(payload)) {
    return new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
  }
  return payload instanceof ArrayBuffer ? new Uint8Array(payload) : undefined;
}

/** The payload's JSON, or `[what JSON would change or leave out of it]`. */
export function json(payload) {
  let lost;
  const text = JSON.stringify(payload, function keep(name, value) {
    const loss = lost ? undefined : lossOf(value, this, name);
    if (loss) lost = `${name === '' ? 'it' : JSON.stringify(name)} is ${loss}`;
    // Nothing more is looked at, nor is a bigint that would throw.
    return lost ? null : value;
  });
  return lost ? [lost] : text;
}

/** What a value is that is not written whole. `value` is what its `toJSON` made of `holder[name]`, if it has one. */
function lossOf(value, holder, name) {
  switch (typeof value) {
    case 'object':
      if (value !== null) return isWhole(value) ? undefined : nameOf(value);
      return holder[name] instanceof Date ? 'an invalid Date' : undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : String(value);
    case 'undefined':
      // As a field it is the same to the reader whether it was left out.
      return Array.isArray(holder) ? 'undefined' : undefined;
    case 'function':
    case 'symbol':
    case 'bigint':
      return `a ${typeof value}`;
  }
}

/** Arrays, plain objects of any realm, and instances of classes whose content is in fields that JSON sees. */
function isWhole(value) {
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return true;
  const tag = tagOf(value);
  if (tag === 'Number') return Number.isFinite(Number(value));
  return BOXED.includes(tag) || (tag === 'Object' && Object.keys(value).length > 0);
}

const BOXED = ['String', 'Boolean'];

function nameOf(value) {
  const tag = tagOf(value);
  if (tag === 'Number') return String(Number(value));
  return tag === 'Object' ? 'an object without fields that JSON sees' : `of the kind ${tag}`;
}

function tagOf(value) {
  return Object.prototype.toString.call(value).slice(8, -1);
}
