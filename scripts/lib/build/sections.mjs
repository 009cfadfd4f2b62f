import { readInteger, writeInteger } from './binary.mjs';

/** The numbers of a module's sections. */
export const section = {
  custom: 0,
  types: 1,
  imports: 2,
  functions: 3,
  exports: 7,
  start: 8,
  elements: 9,
  code: 10,
};

/** @typedef {{ id: number, content: Uint8Array }} Section */

/** @param {Uint8Array} wasm @returns {Section[]} */
export function sectionsOf(wasm) {
  const sections = [];
  for (let at = 8; at < wasm.length; ) {
    const { value, end } = readInteger(wasm, at + 1);
    sections.push({ id: wasm[at] ?? 0, content: wasm.subarray(end, end + value) });
    at = end + value;
  }
  return sections;
}

/** A module of these sections. @param {Section[]} sections */
export function moduleOf(sections) {
  const magic = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  return Buffer.concat([
    magic,
    ...sections.flatMap(({ id, content }) => [Buffer.from([id]), writeInteger(content.length), content]),
  ]);
}

/** The module with another content of one section. @param {Uint8Array} wasm @param {Map<number, Uint8Array>} contents */
export function withContents(wasm, contents) {
  return moduleOf(sectionsOf(wasm).map(({ id, content }) => ({ id, content: contents.get(id) ?? content })));
}

/** A reader of integers, one after the other. */
export class Reader {
  /** @param {Uint8Array} bytes @param {number} [at] */
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    this.at += 1;
    return this.bytes[this.at - 1] ?? 0;
  }

  integer() {
    const { value, end } = readInteger(this.bytes, this.at);
    this.at = end;
    return value >>> 0;
  }

  /** Of any sign and size. */
  skipInteger() {
    while (this.byte() > 127);
  }

  /** @param {number} length */
  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** As many as its first integer says. @template T @param {() => T} read @returns {T[]} */
  list(read) {
    return Array.from({ length: this.integer() }, read);
  }
}

/** A list, as sections have them. @param {Uint8Array[]} items */
export function listOf(items) {
  return Buffer.concat([writeInteger(items.length), ...items]);
}

/** Bytes with their length before them. @param {Uint8Array} bytes */
export function sized(bytes) {
  return Buffer.concat([writeInteger(bytes.length), bytes]);
}
