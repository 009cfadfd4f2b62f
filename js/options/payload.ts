import { invalid } from '../arguments.js';
import { DashboardError } from '../errors.js';

/** A payload as it is now: neither the application's code nor a later change of it touches what is sent. */
export interface Content {
  /** Bytes, or a value that JSON holds. */
  value: unknown;
  isBytes: boolean;
}

/**
 * The most bytes of a payload, of JSON in UTF-8. The server closes a socket at a frame of 5,000,000 bytes, and takes
 * payloads of 3,000,000 at the most.
 */
const LARGEST_PAYLOAD = 3_000_000;

const TAKEN =
  'Send null, finite numbers, strings, booleans, and arrays and objects of these; or, for bytes, an ArrayBuffer or a view of one by itself.';

/**
 * Reads a payload: an `ArrayBuffer` or a view of one, or what JSON can hold.
 *
 * @throws {DashboardError} `invalid_option` for what JSON cannot hold, `payload_too_large`.
 */
export function contentOf(payload: unknown): Content {
  try {
    const bytes = bytesIn(payload);
    if (bytes) {
      if (bytes.length > LARGEST_PAYLOAD) throw tooLarge();
      return { value: bytes.slice(), isBytes: true };
    }
    const text = jsonOf(payload);
    if (isLarger(text, LARGEST_PAYLOAD)) throw tooLarge();
    return { value: JSON.parse(text), isBytes: false };
  } catch (error) {
    if (error instanceof DashboardError) throw error;
    throw invalid(`The payload is nothing that JSON can hold, or cannot be read. ${TAKEN}`, error);
  }
}

/** A payload that is an object: the server wraps, or refuses, anything else. */
export function isRecord({ value, isBytes }: Content): boolean {
  return !isBytes && typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads what is tracked.
 *
 * @throws {DashboardError} `invalid_option`, `payload_too_large`.
 */
export function presenceStateOf(state: unknown): unknown {
  const content = contentOf(state);
  if (isRecord(content)) return content.value;
  throw invalid("track takes an object as its second argument, for example `{ status: 'online' }`.");
}

/** A view of the payload's bytes; `undefined` if it is none. */
function bytesIn(payload: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(payload)) {
    return new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
  }
  return payload instanceof ArrayBuffer ? new Uint8Array(payload) : undefined;
}

/**
 * The payload's JSON.
 *
 * @throws {DashboardError} `invalid_option` with what JSON would change or leave out of it.
 */
function jsonOf(payload: unknown): string {
  let lost: string | undefined;
  const text = JSON.stringify(payload, function keep(this: unknown, name, value) {
    const loss = lost ? undefined : lossOf(value, this as Holder, name);
    if (loss) lost = `${name === '' ? 'it' : JSON.stringify(name)} is ${loss}`;
    // Nothing more is looked at, nor is a bigint that would throw.
    return lost ? null : value;
  });
  if (lost) throw invalid(`JSON can hold only a part of the payload: ${lost}. ${TAKEN}`);
  return text;
}

type Holder = Record<string, unknown>;

/** What a value is that is not written whole. `value` is what its `toJSON` made of `holder[name]`, if it has one. */
function lossOf(value: unknown, holder: Holder, name: string): string | undefined {
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
    default:
      return undefined;
  }
}

/** Arrays, plain objects of any realm, and instances of classes whose content is in fields that JSON sees. */
function isWhole(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return true;
  const tag = tagOf(value);
  if (tag === 'Number') return Number.isFinite(Number(value));
  return ['String', 'Boolean'].includes(tag) || (tag === 'Object' && Object.keys(value).length > 0);
}

function nameOf(value: object): string {
  const tag = tagOf(value);
  if (tag === 'Number') return String(Number(value));
  return tag === 'Object' ? 'an object without fields that JSON sees' : `of the kind ${tag}`;
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Whether a text has more than so many bytes in UTF-8; most need not be encoded for that. */
function isLarger(text: string, limit: number): boolean {
  if (text.length > limit) return true;
  return text.length * 3 > limit && new TextEncoder().encode(text).length > limit;
}

function tooLarge(): DashboardError {
  return new DashboardError(
    'payload_too_large',
    'The payload has more than 3,000,000 bytes, for which the server would close the connection. Send less, or send where it is stored.',
  );
}
