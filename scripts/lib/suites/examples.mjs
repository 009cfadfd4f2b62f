import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, root } from '../paths.mjs';

/** Whose examples are compiled: guides, and folders of sources with TSDoc. */
const guides = ['docs/resilience.md', 'docs/health.md', 'docs/cache.md', 'docs/cache-server.md'];
const sources = [
  'js/resilience',
  'js/integrations',
  'js/health',
  'js/cache',
  'js/react/service.ts',
  'js/react/health.ts',
  'js/react/resource.ts',
  'js/server/handler.ts',
];

/**
 * Writes each example as a module of its own, for the project `tests/types/examples`.
 * @returns {number} how many there are
 */
export function writeExamples() {
  const folder = join(cacheDir, 'examples');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = [...guides, ...sources.flatMap(filesIn)];
  const examples = files.flatMap(examplesOf);
  for (const guide of guides) {
    if (examplesOf(guide).length === 0) throw new Error(`No example was found in ${guide}.`);
  }
  for (const { name, code } of examples) writeFileSync(join(folder, `${name}.tsx`), `${code}\nexport {};\n`);
  return examples.length;
}

/** @param {string} path */
function filesIn(path) {
  if (path.endsWith('.ts')) return [path];
  return readdirSync(join(root, path)).map((name) => `${path}/${name}`);
}

/** @param {string} file @returns {{ name: string, code: string }[]} named by their file and line */
function examplesOf(file) {
  const text = readFileSync(join(root, file), 'utf8');
  const isTsdoc = file.endsWith('.ts');
  const blocks = text.matchAll(/^(?:[ ]*\* )?```tsx?\n([\s\S]*?)^(?:[ ]*\* )?```$/gm);
  return [...blocks].map(({ 1: block = '', index }) => ({
    name: `${file.replaceAll(/[/.]/g, '-')}-${text.slice(0, index).split('\n').length}`,
    code: isTsdoc ? block.replaceAll(/^ *\* ?/gm, '') : block,
  }));
}
