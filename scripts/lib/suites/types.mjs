import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPackage } from '../build/index.mjs';
import { root } from '../paths.mjs';
import { run } from '../process.mjs';

const folder = join(root, 'tests', 'types');

/**
 * The public API's types, as `tsc --strict` sees them in a user's project. The compiler is the runner: each
 * expectation counts as one test, each of its errors as one that failed.
 * @returns {import('./suite.mjs').Suite}
 */
export function typesSuite() {
  return {
    name: 'types of the public API',
    budgetSeconds: 20,
    async run() {
      await buildPackage();
      const { code, output } = await run('tsc', ['--noEmit', '-p', 'tests/types'], {
        cwd: root,
        output: 'both',
      });
      const failed = [...output.matchAll(/error TS\d+/g)].length;
      return { ok: code === 0, totals: { passed: Math.max(0, expectations() - failed), failed, skipped: 0 } };
    },
  };
}

function expectations() {
  return readdirSync(folder)
    .filter((name) => /\.test-d\.tsx?$/.test(name))
    .flatMap(
      (name) =>
        readFileSync(join(folder, name), 'utf8').match(
          /\bexpectTypeOf\(|\bexpectTypeOf<|@ts-expect-error/g,
        ) ?? [],
    ).length;
}
