import binaryen from 'binaryen';
import { readInteger } from './binary.mjs';
import { ownFunctions } from './own-functions.mjs';

/** gzip finds what repeats within 32 KiB. */
const windowBytes = 28 * 1024;

/** Shorter ones are in everything, and what gzip gains by longer ones it gains by these. In bytes. */
const pieceLength = 6;

/**
 * The module with its functions in an order in which those that are alike are near each other, so that gzip finds what
 * they have in common. No instruction changes.
 * @param {Uint8Array} wasm
 * @returns {Uint8Array}
 */
export function inOrderOfLikeness(wasm) {
  binaryen.setDebugInfo(true);
  binaryen.setOptimizeLevel(0);
  const module = binaryen.readBinary(wasm);
  try {
    const functions = ownFunctions(module);
    const order = orderByLikeness(bodies(wasm), windowBytes);
    if (order.length !== functions.length)
      throw new Error('The module has not the functions that its code section has.');
    const ordered = order.map((index) => /** @type {typeof functions[number]} */ (functions[index]));
    // Functions are written in the order in which they were added.
    for (const { name } of ordered) module.removeFunction(name);
    for (const { name, params, results, vars, body } of ordered)
      module.addFunction(name, params, results, vars, body);
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/**
 * An order of texts in which each next one is the one that has most in common with those in a window before it. What
 * they have in common is counted in pieces of six bytes, the rare ones for far more than the frequent ones (inverse
 * document frequency, as search engines do, squared).
 * @param {Uint8Array[]} texts
 * @param {number} windowLength in bytes
 * @returns {number[]} their indices
 */
export function orderByLikeness(texts, windowLength) {
  const pieces = texts.map(piecesOf);
  const { holders, weight } = indexOf(pieces);
  const total = pieces.map((own) => [...own].reduce((sum, piece) => sum + Math.max(weight(piece), 0.5), 3));
  const shared = new Float64Array(texts.length);
  /** @type {Map<number, number>} */
  const inWindow = new Map();
  /** @type {number[]} */
  const window = [];
  let length = 0;

  /** @param {number} piece @param {number} by */
  const count = (piece, by) => {
    const before = inWindow.get(piece) ?? 0;
    inWindow.set(piece, before + by);
    if ((before === 0) === (before + by === 0)) return;
    for (const holder of holders.get(piece) ?? [])
      shared[holder] = (shared[holder] ?? 0) + by * weight(piece);
  };
  /** @param {number} index @param {1 | -1} by */
  const move = (index, by) => {
    length += by * (texts[index]?.length ?? 0);
    for (const piece of pieces[index] ?? []) count(piece, by);
  };

  const left = new Set(texts.keys());
  /** @type {number[]} */
  const order = [];
  for (let next = longest(texts); next !== undefined; next = mostAlike(left, shared, total)) {
    left.delete(next);
    order.push(next);
    window.push(next);
    move(next, 1);
    while (length > windowLength && window.length > 1) move(/** @type {number} */ (window.shift()), -1);
  }
  return order;
}

/** @param {Uint8Array[]} texts @returns {number | undefined} */
function longest(texts) {
  const length = Math.max(...texts.map((text) => text.length));
  const index = texts.findIndex((text) => text.length === length);
  return index < 0 ? undefined : index;
}

/** @param {Set<number>} left @param {Float64Array} shared @param {number[]} total @returns {number | undefined} */
function mostAlike(left, shared, total) {
  let best;
  let most = -1;
  for (const index of left) {
    const share = (shared[index] ?? 0) / (total[index] ?? 1);
    if (share > most) [best, most] = [index, share];
  }
  return best;
}

/** @param {Uint8Array} text @returns {Set<number>} */
function piecesOf(text) {
  const view = new DataView(text.buffer, text.byteOffset, text.byteLength);
  const found = new Set();
  for (let at = 0; at + pieceLength <= text.length; at += 1) {
    found.add(view.getUint32(at) * 0x10000 + view.getUint16(at + 4));
  }
  return found;
}

/** Who has which piece, and what a piece weighs. @param {Set<number>[]} pieces */
function indexOf(pieces) {
  /** @type {Map<number, number[]>} */
  const holders = new Map();
  for (const [index, own] of pieces.entries()) {
    for (const piece of own) {
      const others = holders.get(piece);
      if (others) others.push(index);
      else holders.set(piece, [index]);
    }
  }
  /** @param {number} piece */
  const weight = (piece) => {
    const having = holders.get(piece)?.length ?? 1;
    return having < 2 ? 0 : Math.log(pieces.length / having) ** 2;
  };
  return { holders, weight };
}

/** The bodies of a module's own functions, in its order. @param {Uint8Array} wasm @returns {Uint8Array[]} */
function bodies(wasm) {
  const codeSection = 10;
  let at = 8;
  const integer = () => {
    const { value, end } = readInteger(wasm, at);
    at = end;
    return value;
  };
  const part = () => {
    const length = integer();
    at += length;
    return wasm.subarray(at - length, at);
  };
  while (at < wasm.length) {
    const section = wasm[at];
    at += 1;
    if (section === codeSection) {
      integer();
      return Array.from({ length: integer() }, part);
    }
    part();
  }
  throw new Error('The module has no code.');
}
