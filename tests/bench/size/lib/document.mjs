import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../../scripts/lib/paths.mjs';
import { Problem } from '../../../../scripts/lib/problem.mjs';

/** @typedef {import('./report.mjs').Rows} Rows */

export const documentFile = join(root, 'docs', 'performance.md');

/**
 * Replaces the tables between `<!-- size: NAME -->` and `<!-- end -->`.
 * @param {Record<string, Rows>} tables by name
 * @param {string} [file]
 */
export function writeDocument(tables, file = documentFile) {
  let text = readFileSync(file, 'utf8');
  for (const [name, rows] of Object.entries(tables)) {
    const [begin, end] = place(text, name, file);
    text = `${text.slice(0, begin)}\n${markdown(rows)}\n${text.slice(end)}`;
  }
  writeFileSync(file, text);
}

/**
 * The first table under a name, as it stands in the document, in lines without the head.
 * @param {string} name
 * @param {string} [file]
 * @returns {string[]}
 */
export function documented(name, file = documentFile) {
  const text = readFileSync(file, 'utf8');
  const [begin, end] = place(text, name, file);
  return text.slice(begin, end).trim().split('\n').slice(2);
}

/** @param {string} text @param {string} name @param {string} file @returns {[number, number]} */
function place(text, name, file) {
  const mark = `<!-- size: ${name} -->`;
  const begin = text.indexOf(mark);
  const end = text.indexOf('<!-- end -->', begin);
  if (begin >= 0 && end > begin) return [begin + mark.length, end];
  throw new Problem(
    `${file} has no "${mark}" with an "<!-- end -->" after it: put them back where the table belongs.`,
    { exitCode: 2 },
  );
}

/** @param {Rows} rows */
function markdown(rows) {
  const heads = Object.keys(rows[0] ?? {});
  const lines = [heads, heads.map(() => '---'), ...rows.map((row) => heads.map((head) => row[head] ?? ''))];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
