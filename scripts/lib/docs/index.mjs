import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths.mjs';
import { Problem } from '../problem.mjs';
import { checkedExamples } from './examples.mjs';
import { loadOptions } from './schemas.mjs';
import { optionTables } from './tables.mjs';

const guides = [
  'docs/realtime.md',
  'docs/resilience.md',
  'docs/health.md',
  'docs/cache.md',
  'docs/cache-server.md',
];
const examples = 'tests/options/checked.json';

/** @typedef {{ file: string, text: string }} Written what a file should hold */

/**
 * The files that are made of the schemas in js/options, and are not what they should be.
 * @returns {Promise<Written[]>}
 */
export async function staleDocs() {
  const options = await loadOptions();
  const wanted = [
    ...withTables(optionTables(options)),
    { file: examples, text: `${JSON.stringify(checkedExamples(options), null, 2)}\n` },
  ];
  return wanted.filter(({ file, text }) => read(file) !== text);
}

/** @param {Written[]} files */
export function writeDocs(files) {
  for (const { file, text } of files) writeFileSync(join(root, file), text);
}

/** @param {string} file */
function read(file) {
  const path = join(root, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/**
 * The guides with each table between its marks, `<!-- options: name -->` and `<!-- end of options -->`.
 * @param {Record<string, string>} tables by name
 * @returns {Written[]}
 */
function withTables(tables) {
  const left = new Set(Object.keys(tables));
  const filled = guides.map((file) => {
    const text = read(file).replaceAll(
      /(<!-- options: (\S+) -->\n)[\s\S]*?(<!-- end of options -->)/g,
      (_, begin, name, end) => {
        const table = tables[name];
        if (table === undefined)
          throw new Problem(`${file} asks for the options of "${name}", which there are not.`);
        left.delete(name);
        return `${begin}\n${table}\n${end}`;
      },
    );
    return { file, text };
  });
  if (left.size > 0) {
    throw new Problem(
      `No guide has a place for the options of ${[...left].join(', ')}: ${guides.join(', ')}.`,
    );
  }
  return filled;
}
