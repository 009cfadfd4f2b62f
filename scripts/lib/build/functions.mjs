import { Reader, section, sectionsOf } from './sections.mjs';

/**
 * An instruction: where it stands, its code, and what it names, if that is a local variable or a function.
 * @typedef {{ at: number, end: number, local?: number, callee?: number }} Instruction
 *
 * A function of a module's own: how many parameters it has, the types of its other local variables, and its instructions,
 * whose places are those in its body.
 * @typedef {{ type: number, parameters: number, locals: number[], body: Uint8Array, instructions: Instruction[] }} Code
 */

/**
 * The functions that a module has itself, in its order, and how many it imports, which come before them.
 * @param {Uint8Array} wasm
 * @returns {{ imported: number, functions: Code[] }}
 */
export function functionsOf(wasm) {
  const sections = sectionsOf(wasm);
  const reader = (/** @type {number} */ wanted) =>
    new Reader(sections.find(({ id }) => id === wanted)?.content ?? Uint8Array.of(0));
  const types = reader(section.types);
  const parameters = types.list(() => {
    if (types.byte() !== 0x60) throw new Error('The module has a type that is no function’s.');
    const count = types.integer();
    types.take(count);
    types.take(types.integer());
    return count;
  });
  const declared = reader(section.functions);
  const ofType = declared.list(() => declared.integer());
  const code = reader(section.code);
  const functions = code
    .list(() => code.take(code.integer()))
    .map((body, index) => {
      const type = ofType[index] ?? 0;
      return { type, parameters: parameters[type] ?? 0, body, ...contentOf(body) };
    });
  return { imported: importedFunctions(reader(section.imports)), functions };
}

/** @param {Reader} imports */
function importedFunctions(imports) {
  return imports.list(() => {
    imports.take(imports.integer());
    imports.take(imports.integer());
    if (imports.byte() !== 0) throw new Error('The module imports something that is no function.');
    imports.integer();
  }).length;
}

/** @param {Uint8Array} body */
function contentOf(body) {
  const reader = new Reader(body);
  const locals = reader
    .list(() => {
      const count = reader.integer();
      return { count, type: reader.byte() };
    })
    .flatMap(({ count, type }) => Array.from({ length: count }, () => type));
  const instructions = [];
  while (reader.at < body.length) {
    const at = reader.at;
    const named = passInstruction(reader);
    instructions.push({ at, end: reader.at, ...named });
  }
  return { locals, instructions };
}

/** @param {number} code @param {number} from @param {number} to */
const within = (code, from, to) => code >= from && code <= to;

/**
 * Reads one instruction, and says what it names. One that is not known ends the build: it could name anything.
 * @param {Reader} reader
 * @returns {{ local?: number, callee?: number }}
 */
function passInstruction(reader) {
  const code = reader.byte();
  if (within(code, 0x20, 0x22)) return { local: reader.integer() };
  if (code === 0x10 || code === 0x12 || code === 0xd2) return { callee: reader.integer() };
  const plain = [0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1];
  const withOne = [0x02, 0x03, 0x04, 0x0c, 0x0d, 0x23, 0x24, 0x25, 0x26, 0x3f, 0x40, 0x41, 0x42, 0xd0];
  if (plain.includes(code) || within(code, 0x45, 0xc4)) return {};
  if (withOne.includes(code)) reader.skipInteger();
  else if (within(code, 0x28, 0x3e) || code === 0x11 || code === 0x13) skip(reader, 2);
  else if (code === 0x0e) skip(reader, reader.integer() + 1);
  else if (code === 0x1c) skip(reader, reader.integer());
  else if (code === 0x43) reader.take(4);
  else if (code === 0x44) reader.take(8);
  else if (code === 0xfc) passWide(reader);
  else throw new Error(`The module has an instruction that is not known here: ${code}.`);
  return {};
}

/** Saturating conversions, and what moves memory or concerns tables. @param {Reader} reader */
function passWide(reader) {
  const code = reader.integer();
  if (code > 17) throw new Error(`The module has an instruction that is not known here: 252 ${code}.`);
  if (code > 7) skip(reader, [8, 10, 12, 14].includes(code) ? 2 : 1);
}

/** @param {Reader} reader @param {number} integers */
function skip(reader, integers) {
  for (let count = 0; count < integers; count += 1) reader.skipInteger();
}
