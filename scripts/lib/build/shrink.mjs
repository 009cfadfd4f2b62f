import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths.mjs';
import { mustRun } from '../process.mjs';

/**
 * Functions with one caller stay functions: merged into it they are fewer bytes, but far more after compression. Each of
 * these is measured, see docs/performance.md.
 */
const passes = [
  ...['-Oz', '--converge', '--skip-pass=local-cse'],
  ...['--one-caller-inline-max-function-size=20', '--always-inline-max-function-size=4'],
];

/**
 * Makes a compiled module, whose functions have their names, small for the download.
 * @param {string} file
 * @param {{ keepsNames: boolean }} options whether the result has the names; its code is the same with and without
 */
export async function shrink(file, { keepsNames }) {
  // Only here, because these need a package of npm's, and the set-up that installs it loads this file too.
  const { withoutPanicMessages } = await import('./panics.mjs');
  const { inOrderOfLikeness } = await import('./likeness.mjs');
  const names = keepsNames ? ['-g'] : [];
  writeFileSync(file, withoutPanicMessages(readFileSync(file)));
  await optimise(file, [...passes, '-g']);
  writeFileSync(file, inOrderOfLikeness(readFileSync(file)));
  // Binaryen's JavaScript interface writes code without the last of its optimisations.
  await optimise(file, [
    '-O0',
    '--optimize-stack-ir',
    '--strip-producers',
    '--strip-target-features',
    ...names,
  ]);
}

/** @param {string} file @param {string[]} flags */
async function optimise(file, flags) {
  await mustRun(join(root, 'node_modules', '.bin', 'wasm-opt'), [file, ...flags, '-o', file], {
    sentence: 'wasm-opt could not shrink the module: see what it says above.',
  });
}
