import binaryen from 'binaryen';
import { readInteger } from './binary.mjs';

/**
 * A constant of the program, as the linker put it into memory.
 * @typedef {{ start: number, end: number }} Constant the address of its first byte, and that after its last one
 *
 * A piece of memory that a module begins with; the bytes are those of the module.
 * @typedef {{ start: number, bytes: Uint8Array }} Segment
 */

/**
 * The module with zeros in place of constants that nothing refers to any more: sentences of panics and where in the sources
 * they are, which stay behind when the functions that print them are left out (`panics.mjs`). A constant is referred to by
 * a number in the code that lies in it, or a pointer in one that is referred to itself. One that the compiled module did not
 * refer to by such a number either is reached in some other way, and stays.
 * @param {Uint8Array} wasm
 * @param {{ compiled: Uint8Array, constants: Constant[] }} origin the module before it was shrunk, and where its constants lie
 * @returns {Uint8Array}
 */
export function withoutUnusedData(wasm, { compiled, constants }) {
  const blanked = Uint8Array.from(wasm);
  const used = referred(blanked, constants);
  const wasUsed = referred(compiled, constants);
  const segments = segmentsOf(blanked);
  for (const constant of constants) {
    if (wasUsed.has(constant) && !used.has(constant)) bytesOf(constant, segments)?.fill(0);
  }
  return blanked;
}

/**
 * The constants that a module refers to.
 * @param {Uint8Array} wasm
 * @param {Constant[]} constants
 * @returns {Set<Constant>}
 */
function referred(wasm, constants) {
  const segments = segmentsOf(wasm);
  /** @type {Set<Constant>} */
  const found = new Set();
  /** What points behind a constant, as the end of a slice does, may belong to it. @param {number} address */
  const find = (address) => {
    for (const constant of constants) {
      if (constant.start <= address && address <= constant.end) found.add(constant);
    }
  };
  for (const number of numbersInCode(wasm)) find(number);
  // What may be written to may point anywhere, and is no constant.
  for (const { start, bytes } of segments) {
    const isConstant = (/** @type {number} */ address) =>
      constants.some(({ start, end }) => start <= address && address < end);
    for (const { address, value } of words(start, bytes)) if (!isConstant(address)) find(value);
  }
  // Those that are found meanwhile are gone through as well.
  for (const constant of found) {
    const bytes = bytesOf(constant, segments);
    if (bytes) for (const { value } of words(constant.start, bytes)) find(value);
  }
  return found;
}

/** The aligned words of a piece of memory. @param {number} start @param {Uint8Array} bytes */
function* words(start, bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = (4 - (start % 4)) % 4; at + 4 <= bytes.length; at += 4) {
    yield { address: start + at, value: view.getUint32(at, true) };
  }
}

/** The bytes of a constant, if one segment holds them. @param {Constant} constant @param {Segment[]} segments */
function bytesOf({ start, end }, segments) {
  const holder = segments.find(
    (segment) => segment.start <= start && end <= segment.start + segment.bytes.length,
  );
  return holder?.bytes.subarray(start - holder.start, end - holder.start);
}

/** Every number that code has, also where it is added to an address. @param {Uint8Array} wasm @returns {Set<number>} */
function numbersInCode(wasm) {
  const module = binaryen.readBinary(wasm);
  try {
    const found = new Set();
    const code = module.emitText().replace(/^ \(data .*$/gm, '');
    for (const [, constant, offset] of code.matchAll(/\.const (-?\d+)\b|\boffset=(\d+)/g)) {
      const number = BigInt(constant ?? offset ?? 0);
      // An address and a length may be one constant of eight bytes.
      found.add(Number(BigInt.asUintN(32, number))).add(Number(BigInt.asUintN(32, number >> 32n)));
    }
    return found;
  } finally {
    module.dispose();
  }
}

/**
 * Where constants lie, by the linker's map.
 * @param {string} map
 * @param {Uint8Array} wasm the module, which has the texts that the linker has put together
 * @returns {Constant[]}
 */
export function constantsOf(map, wasm) {
  const segments = segmentsOf(wasm);
  /** @type {Constant[]} */
  const found = [];
  for (const [, address = '', size = '', file] of map.matchAll(
    /^ *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) +(\S+):\(\.rodata[^)]*\)$/gm,
  )) {
    const start = Number.parseInt(address, 16);
    const constant = { start, end: start + Number.parseInt(size, 16) };
    if (file === '<internal>') found.push(...textsIn(constant, segments));
    else found.push(constant);
  }
  if (found.length === 0)
    throw new Error('The map of the linker names no constants, or otherwise than expected.');
  return found;
}

/** Texts that end with a zero. @param {Constant} constant @param {Segment[]} segments */
function* textsIn(constant, segments) {
  let { start } = constant;
  for (const [at, byte] of (bytesOf(constant, segments) ?? []).entries()) {
    if (byte !== 0) continue;
    const end = constant.start + at;
    yield { start, end };
    start = end + 1;
  }
}

/** What a module's memory begins with. @param {Uint8Array} wasm @returns {Segment[]} */
function segmentsOf(wasm) {
  const dataSection = 11;
  /** @type {Segment[]} */
  const segments = [];
  for (let at = 8; at < wasm.length; ) {
    const size = readInteger(wasm, at + 1);
    if (wasm[at] === dataSection) {
      const count = readInteger(wasm, size.end);
      let next = count.end;
      for (let index = 0; index < count.value; index += 1) {
        const address = readInteger(wasm, next + 2);
        const length = readInteger(wasm, address.end + 1);
        // Put into the only memory (0) at a constant address (`i32.const`, `end`).
        if (wasm[next] !== 0 || wasm[next + 1] !== 0x41 || wasm[address.end] !== 0x0b)
          throw new Error('The module has data that is not put at a fixed address.');
        next = length.end + length.value;
        segments.push({ start: address.value, bytes: wasm.subarray(length.end, next) });
      }
    }
    at = size.end + size.value;
  }
  return segments;
}
