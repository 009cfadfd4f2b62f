import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths.mjs';
import { mustRun } from '../process.mjs';
import { inOrderOfLikeness } from './likeness.mjs';
import { withLikelyLocals } from './locals.mjs';

/**
 * Functions with one caller stay functions: merged into it they are fewer bytes, but far more after compression. Each of
 * these is measured, see docs/performance.md. The first kilobyte of memory is the end of the stack, which no address of a
 * value is ever in: an address and a constant may be added by the instruction that loads.
 */
const passes = [
  ...['-Oz', '--converge', '--skip-pass=local-cse'],
  ...['--one-caller-inline-max-function-size=20', '--always-inline-max-function-size=4'],
  '--low-memory-unused',
];

/**
 * Makes a compiled module, whose functions have their names, small for the download.
 * @param {string} file
 * @param {object} options
 * @param {boolean} options.keepsNames whether the result has the names; its code is the same with and without
 * @param {string} [options.map] the linker's map of it, by which constants that nobody needs any more are found
 */
export async function shrink(file, { keepsNames, map }) {
  // Only here, because these need a package of npm's, and the set-up that installs it loads this file too.
  const { withoutPanicMessages } = await import('./panics.mjs');
  const { constantsOf, withoutUnusedData } = await import('./unused-data.mjs');
  const names = keepsNames ? ['-g'] : [];
  const compiled = readFileSync(file);
  writeFileSync(file, withoutPanicMessages(compiled));
  await optimise(file, [...passes, '-g']);
  if (map !== undefined) {
    const constants = constantsOf(readFileSync(map, 'latin1'), compiled);
    writeFileSync(file, withoutUnusedData(readFileSync(file), { compiled, constants }));
  }
  await optimise(file, [
    '-O0',
    '--optimize-stack-ir',
    '--strip-producers',
    '--strip-target-features',
    ...names,
  ]);
  // Last, because whoever writes a module anew numbers its variables in its own way.
  writeFileSync(file, inOrderOfLikeness(withLikelyLocals(readFileSync(file))));
}

/** @param {string} file @param {string[]} flags */
async function optimise(file, flags) {
  await mustRun(join(root, 'node_modules', '.bin', 'wasm-opt'), [file, ...flags, '-o', file], {
    sentence: 'wasm-opt could not shrink the module: see what it says above.',
  });
}
