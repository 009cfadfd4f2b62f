import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths.mjs';

/**
 * What TSDoc says of the options in a file of js/options, by name. `within` is how the declaration of their entries begins:
 * one option may be described twice in a file.
 * @param {string} file @param {string} within
 * @returns {Record<string, string>}
 */
export function sentencesIn(file, within) {
  const text = readFileSync(join(root, 'js', 'options', `${file}.ts`), 'utf8');
  const begin = text.indexOf(`\n${within}`);
  if (begin < 0) throw new Error(`js/options/${file}.ts has no \`${within}\`.`);
  const block = text.slice(begin + 1, text.indexOf('\n}', begin + 1));
  /** @type {Record<string, string>} */
  const sentences = {};
  for (const [, comment = '', name = ''] of block.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(\w+)[:,]/g)) {
    sentences[name] = comment.replaceAll(/\s*\n\s*\*\s?/g, ' ').trim();
  }
  return sentences;
}

/**
 * Parts what TSDoc says of an option into its default and the rest, and holds it to the schema's default.
 * @param {string} name @param {string} sentence @param {unknown} byDefault what the schema has
 */
export function partDefault(name, sentence, byDefault) {
  const stated = /\s*Default:? (`[^`]+`(?=[.;:])|[\d,]+(?=[.;:])|(?:`[^`]*`|[^.;:`])+)([.;:])/.exec(sentence);
  const written = stated?.[1] ?? '';
  // A default that is a function is told in words.
  const isTold = byDefault !== undefined && typeof byDefault !== 'function';
  if (isTold && written.replaceAll(/[`,]/g, '') !== String(byDefault)) {
    throw new Error(`The default of "${name}" is ${byDefault} in js/options; its TSDoc says "${written}".`);
  }
  if (!stated) return { written, rest: sentence };
  const before = sentence.slice(0, stated.index);
  const after = sentence.slice(stated.index + stated[0].length).trim();
  // What followed a colon or a semicolon is a sentence of its own.
  const rest = stated[2] === '.' || after === '' ? after : after.charAt(0).toUpperCase() + after.slice(1);
  return { written, rest: [before, rest].filter((part) => part !== '').join(' ') };
}
