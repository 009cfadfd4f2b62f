import { writeInteger } from './binary.mjs';
import { functionsOf } from './functions.mjs';
import { listOf, moduleOf, Reader, section, sectionsOf, sized } from './sections.mjs';

/** gzip finds what repeats within 32 KiB. */
const windowBytes = 28 * 1024;

/** Shorter ones are in everything, and what gzip gains by longer ones it gains by these. In bytes. */
const pieceLength = 6;

/**
 * The module with its functions in an order in which those that are alike are near each other, so that gzip finds what
 * they have in common. No instruction changes but for the numbers of functions.
 * @param {Uint8Array} wasm
 */
export function inOrderOfLikeness(wasm) {
  const { imported, functions } = functionsOf(wasm);
  const order = orderByLikeness(
    functions.map(({ body }) => body),
    windowBytes,
  );
  const numbers = new Map(order.map((index, at) => [imported + index, imported + at]));
  const numberOf = (/** @type {number} */ before) => numbers.get(before) ?? before;
  const ordered = order.map((index) => /** @type {typeof functions[number]} */ (functions[index]));
  /** @param {import('./sections.mjs').Section} of */
  const rewritten = ({ id, content }) => {
    if (id === section.functions) return listOf(ordered.map(({ type }) => writeInteger(type)));
    if (id === section.code) return listOf(ordered.map((code) => sized(renumbered(code, numberOf))));
    if (id === section.exports) return exportsOf(content, numberOf);
    if (id === section.elements) return elementsOf(content, numberOf);
    if (id === section.start) return writeInteger(numberOf(new Reader(content).integer()));
    return id === section.custom ? withNames(content, numberOf) : content;
  };
  return moduleOf(sectionsOf(wasm).map((one) => ({ id: one.id, content: rewritten(one) })));
}

/** @typedef {(before: number) => number} Renumber of functions */

/** A function's body. @param {import('./functions.mjs').Code} code @param {Renumber} numberOf */
function renumbered({ body, instructions }, numberOf) {
  const [first] = instructions;
  const written = instructions.map(({ at, end, callee }) =>
    callee === undefined
      ? body.subarray(at, end)
      : Buffer.concat([body.subarray(at, at + 1), writeInteger(numberOf(callee))]),
  );
  return Buffer.concat([body.subarray(0, first?.at), ...written]);
}

/** @param {Uint8Array} content @param {Renumber} numberOf */
function exportsOf(content, numberOf) {
  const reader = new Reader(content);
  return listOf(
    reader.list(() => {
      const name = sized(reader.take(reader.integer()));
      const kind = reader.byte();
      const index = reader.integer();
      return Buffer.concat([name, Buffer.from([kind]), writeInteger(kind === 0 ? numberOf(index) : index)]);
    }),
  );
}

/** What the table of functions begins with. @param {Uint8Array} content @param {Renumber} numberOf */
function elementsOf(content, numberOf) {
  const reader = new Reader(content);
  return listOf(
    reader.list(() => {
      const from = reader.at;
      // Of the first table, from a constant on.
      const isPlain = reader.integer() === 0 && reader.byte() === 0x41;
      reader.skipInteger();
      if (!isPlain || reader.byte() !== 0x0b) throw new Error('The module fills its table in another way.');
      const head = content.subarray(from, reader.at);
      return Buffer.concat([head, listOf(reader.list(() => writeInteger(numberOf(reader.integer()))))]);
    }),
  );
}

/** The names of functions, in the section that has them. @param {Uint8Array} content @param {Renumber} numberOf */
function withNames(content, numberOf) {
  const reader = new Reader(content);
  const title = sized(reader.take(reader.integer()));
  if (title.toString('latin1', 1) !== 'name') return content;
  const parts = [title];
  while (reader.at < content.length) {
    const kind = reader.byte();
    const part = reader.take(reader.integer());
    parts.push(Buffer.from([kind]), sized(kind === 1 ? functionNames(part, numberOf) : part));
  }
  return Buffer.concat(parts);
}

/** @param {Uint8Array} content @param {Renumber} numberOf */
function functionNames(content, numberOf) {
  const reader = new Reader(content);
  const names = reader.list(() => ({
    index: numberOf(reader.integer()),
    name: sized(reader.take(reader.integer())),
  }));
  names.sort((one, other) => one.index - other.index);
  return listOf(names.map(({ index, name }) => Buffer.concat([writeInteger(index), name])));
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
