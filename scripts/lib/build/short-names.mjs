import { readFileSync, writeFileSync } from 'node:fs';
import { readInteger, writeInteger } from './binary.mjs';

/** Of a module's sections. */
const imports = 2;
const exports = 7;

/**
 * Gives what the module and its binding call each other by a letter or two. wasm-bindgen's names are long, many end in a
 * hash that no compression makes smaller, and each is downloaded twice; no bundler may touch them. The code stays byte for byte.
 * @param {{ module: string, binding: string, types: string[] }} files
 */
export function shortenNames({ module, binding, types }) {
  const long = readFileSync(module);
  const names = namesToShorten(long);
  writeFileSync(module, withNames(long, names));
  for (const file of [binding, ...types]) {
    writeFileSync(file, withNamesInText(readFileSync(file, 'utf8'), names));
  }
}

/**
 * Every import of the binding's, and every export but the memory, which whoever measures asks for.
 * @param {Buffer} module
 * @returns {Map<string, string>} the short name of each
 */
export function namesToShorten(module) {
  /** @type {Set<string>} */
  const long = new Set();
  eachName(module, (name, from) => {
    if (isBindings(name, from)) long.add(name);
    return name;
  });
  return new Map([...long].map((name, index) => [name, letters(index)]));
}

/**
 * A binding or a declaration with these names: where the object of imports sets them, and where exports are used or
 * declared.
 * @param {string} text
 * @param {Map<string, string>} names
 */
export function withNamesInText(text, names) {
  const uses = /^( +)(\w+)(?=: function\()|(\bwasm\.)(\w+)|^(export const | {4}readonly )(\w+)(?=:)/gm;
  return text.replace(uses, (all, ...found) => {
    const [before, name] = found.slice(0, 6).filter((group) => group !== undefined);
    const short = names.get(name);
    return short === undefined ? all : before + short;
  });
}

/** The module with these names. @param {Buffer} module @param {Map<string, string>} names */
export function withNames(module, names) {
  return eachName(module, (name, from) => (isBindings(name, from) && names.get(name)) || name);
}

/**
 * Whether only the module and its binding call it that. What needs no glue comes straight from the file that has it, by
 * that file's own name.
 * @param {string} name
 * @param {string | null} from the module that it is imported from
 */
function isBindings(name, from) {
  return from === null ? name !== 'memory' : from.endsWith('_bg.js');
}

/**
 * Writes a module anew, with the names of what it imports and exports as `rename` says.
 * @param {Buffer} module
 * @param {(name: string, from: string | null) => string} rename told the module that an import is from
 */
function eachName(module, rename) {
  const parts = [module.subarray(0, 8)];
  for (let at = 8; at < module.length; ) {
    const start = at;
    const section = module[at] ?? 0;
    const size = readInteger(module, at + 1);
    at = size.end + size.value;
    if (section !== imports && section !== exports) {
      parts.push(module.subarray(start, at));
      continue;
    }
    const content = renamed(module.subarray(size.end, at), section, rename);
    parts.push(Buffer.from([section]), writeInteger(content.length), content);
  }
  return Buffer.concat(parts);
}

/** @param {Buffer} section @param {number} kind @param {Parameters<typeof eachName>[1]} rename */
function renamed(section, kind, rename) {
  const count = readInteger(section, 0);
  const parts = [section.subarray(0, count.end)];
  let at = count.end;
  /** @param {(name: string) => string} rewritten */
  const take = (rewritten) => {
    const length = readInteger(section, at);
    const name = section.toString('utf8', length.end, length.end + length.value);
    at = length.end + length.value;
    const bytes = Buffer.from(rewritten(name));
    parts.push(writeInteger(bytes.length), bytes);
    return name;
  };
  for (let entry = 0; entry < count.value; entry += 1) {
    const from = kind === imports ? take((name) => name) : null;
    take((name) => rename(name, from));
    // wasm-bindgen's modules import functions only, whose kind 0 is followed by the number of their type.
    if (kind === imports && section[at] !== 0)
      throw new Error('The module imports something that is no function.');
    const end = readInteger(section, at + 1).end;
    parts.push(section.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

/** A, B, …, Z, AA, AB, …: no words of JavaScript. @param {number} index @returns {string} */
function letters(index) {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}
