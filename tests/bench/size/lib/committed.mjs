import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../../scripts/lib/paths.mjs';
import { Problem } from '../../../../scripts/lib/problem.mjs';

/** @typedef {import('./bundle.mjs').Size} Size */

export const committedFile = join(root, 'tests', 'bench', 'size.json');

/** So many per cent may come unnoticed: another compiler, another bundler. */
const allowance = 3;
/** In bytes of gzip, for the package with all that it will do: more than this is never right. */
const most = 160_000;
const update = '`npm run size -- --update`';

/** @param {string} [file] @returns {Size} */
export function readCommitted(file = committedFile) {
  const { raw, gzip, brotli } = parsed(existsSync(file) ? readFileSync(file, 'utf8') : '') ?? {};
  if (![raw, gzip, brotli].every((figure) => Number.isInteger(figure) && figure > 0)) {
    throw new Problem(
      `${file} does not hold the sizes { "gzip", "brotli", "raw" } in bytes: ${update} writes it.`,
      {
        exitCode: 2,
      },
    );
  }
  return { raw, gzip, brotli };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param {Size} size @param {string} [file] */
export function writeCommitted({ gzip, brotli, raw }, file = committedFile) {
  writeFileSync(file, `${JSON.stringify({ gzip, brotli, raw }, null, 2)}\n`);
}

/**
 * What is wrong with a size, in a sentence that says what to do; null if nothing is.
 * @param {Size} now
 * @param {Size} committed
 */
export function sizeComplaint(now, committed) {
  if (now.gzip > most) {
    return `A user downloads ${bytes(now.gzip)} gzip, and ${bytes(most)} is the most there may be: make it smaller; \`npm run size\` names the largest functions.`;
  }
  for (const kind of /** @type {const} */ (['gzip', 'brotli'])) {
    if (now[kind] * 100 > committed[kind] * (100 + allowance)) {
      const growth = now[kind] / committed[kind] - 1;
      return `The download has grown from ${bytes(committed[kind])} to ${bytes(now[kind])} ${kind} (+${(growth * 100).toFixed(1)} %): make it smaller, or, if it is worth it, run ${update} and commit tests/bench/size.json.`;
    }
  }
  return null;
}

/** @param {number} count */
export function bytes(count) {
  return `${count.toLocaleString('en-GB')} B`;
}
