import { isLosslessNumber, parse } from 'lossless-json';

/** Numbers that JavaScript would write otherwise than they were read. In a string it is a false alarm, and only slower. */
const fragileNumber = /[\d.]{16}|\.\d*0(?!\d)|\.0{5}|\d[eE][+-]?\d|-0/;

/**
 * JSON text as the real server writes it after having read it: no white space, the keys of an object in order, the
 * last of two equal keys. Numbers keep the digits they came with. Throws a `SyntaxError` if it is no JSON.
 */
export function canonicalJson(text: string): string {
  return canonicalPart(JSON.parse(text), text, (whole) => whole);
}

/** The same of a part of `text` that was parsed already; `pick` finds the part where it must be parsed again. */
export function canonicalPart(part: unknown, text: string, pick: (whole: unknown) => unknown): string {
  return write(fragileNumber.test(text) ? pick(parseKeepingDigits(text)) : part);
}

function parseKeepingDigits(text: string): unknown {
  return parse(text, undefined, { onDuplicateKey: ({ newValue }) => newValue });
}

function write(value: unknown): string {
  if (isLosslessNumber(value)) return value.value;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${write((value as Record<string, unknown>)[key])}`);
  return `{${entries.join(',')}}`;
}
