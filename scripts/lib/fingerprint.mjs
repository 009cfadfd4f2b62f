import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { cacheDir, root } from './paths.mjs';

/** What a build writes or a tool downloads: never an input. */
const neverInputs = new Set([
  'node_modules',
  '.next',
  '.cache',
  'dist',
  'target',
  'pkg',
  'next-env.d.ts',
  '.DS_Store',
]);

/**
 * A hash over files and folders (paths from the root) and over strings that matter as much.
 * @param {string[]} paths
 * @param {{ except?: string[], also?: string[] }} [options]
 */
export function fingerprint(paths, { except = [], also = [] } = {}) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap((path) => filesUnder(join(root, path), except)).sort()) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  for (const text of also) hash.update(text).update('\0');
  return hash.digest('hex');
}

/** @param {string} path @param {string[]} except @returns {string[]} */
function filesUnder(path, except) {
  if (!existsSync(path) || except.includes(relative(root, path))) return [];
  if (!statSync(path).isDirectory()) return /\.(tsbuildinfo|log)$/.test(path) ? [] : [path];
  return readdirSync(path)
    .filter((name) => !neverInputs.has(name))
    .flatMap((name) => filesUnder(join(path, name), except));
}

/**
 * Does the work unless it was done with the same inputs and its results are still there.
 * @param {string} name
 * @param {{ inputs: string, results: string[] }} facts `results`: files that must exist
 * @param {() => Promise<void>} work
 * @returns {Promise<boolean>} whether it had to be done
 */
export async function unlessDone(name, { inputs, results }, work) {
  const stamp = join(cacheDir, 'stamps', name);
  const done = existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs;
  if (done && results.every((result) => existsSync(result))) return false;
  rmSync(stamp, { force: true });
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, inputs);
  return true;
}
