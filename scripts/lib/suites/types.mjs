import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPackage } from '../build/index.mjs';
import { root } from '../paths.mjs';
import { run } from '../process.mjs';
import { writeExamples } from './examples.mjs';

const folder = join(root, 'tests', 'types');

/**
 * A browser's project, without Node.js's types, one with supabase-js beside, one that tests with Playwright, and the examples of guides
 * and TSDoc.
 */
const projects = ['tests/types', 'tests/types/supabase', 'tests/types/testing', 'tests/types/examples'];

/**
 * The public API's types, as `tsc --strict` sees them in a user's project. The compiler is the runner: each
 * expectation and each example count as one test, each of its errors as one that failed.
 * @returns {import('./suite.mjs').Suite}
 */
export function typesSuite() {
  return {
    name: 'types of the public API',
    budgetSeconds: 20,
    async run() {
      await buildPackage();
      const examples = writeExamples();
      let failed = 0;
      let ok = true;
      for (const project of projects) {
        const { code, output } = await run('tsc', ['--noEmit', '-p', project], { cwd: root, output: 'both' });
        failed += [...output.matchAll(/error TS\d+/g)].length;
        ok &&= code === 0;
      }
      return { ok, totals: { passed: Math.max(0, expectations() + examples - failed), failed, skipped: 0 } };
    },
  };
}

function expectations() {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => /\.test-d\.tsx?$/.test(name))
    .flatMap(
      (name) =>
        readFileSync(join(folder, name), 'utf8').match(
          /\bexpectTypeOf\(|\bexpectTypeOf<|@ts-expect-error/g,
        ) ?? [],
    ).length;
}
