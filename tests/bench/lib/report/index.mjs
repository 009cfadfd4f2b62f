import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { cacheDir, root } from '../../../../scripts/lib/paths.mjs';
import { Problem } from '../../../../scripts/lib/problem.mjs';
import { say } from '../../../../scripts/lib/say.mjs';
import { markdown } from './markdown.mjs';
import { plots } from './plots.mjs';

/** Where the whole runs in each browser are kept. */
export const resultsFiles = {
  chromium: join(root, 'tests', 'bench', 'results.json'),
  firefox: join(root, 'tests', 'bench', 'results.firefox.json'),
};
export const reportFile = join(root, 'docs', 'benchmarks.md');
export const plotsDir = join(root, 'docs', 'benchmarks');

/**
 * Writes what was measured. Only a whole run changes `results.json` and `docs/benchmarks.md`; anything less goes to a
 * file that is not kept, so that a part is never taken for the whole.
 * @param {import('./markdown.mjs').Results} results
 * @param {string | undefined} output another file
 */
export function writeResults(results, output) {
  const file =
    output ?? (results.whole ? resultsFiles[results.browser] : join(cacheDir, 'bench', 'results.json'));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  say(`Written: ${relative(root, file)}`);
  if (results.whole && output === undefined) writeReport();
}

/**
 * What the last whole runs measured: in Chromium, and in Firefox if it was measured there.
 * @returns {{ results: import('./markdown.mjs').Results, inFirefox: import('./markdown.mjs').Results | null }}
 */
export function readResults() {
  const [chromium, firefox] = [resultsFiles.chromium, resultsFiles.firefox].map((file) =>
    existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null,
  );
  if (chromium === null) {
    throw new Problem('There are no results to report: a whole `npm run bench` writes them.', {
      exitCode: 2,
    });
  }
  return { results: chromium, inFirefox: firefox };
}

/** Writes `docs/benchmarks.md` and its plots. */
export function writeReport() {
  const { results, inFirefox } = readResults();
  const drawn = plots(results.cases);
  rmSync(plotsDir, { recursive: true, force: true });
  mkdirSync(plotsDir, { recursive: true });
  for (const [file, svg] of Object.entries(drawn)) writeFileSync(join(plotsDir, file), svg);
  writeFileSync(reportFile, markdown(results, inFirefox, Object.keys(drawn)));
  say(`Written: ${relative(root, reportFile)} and ${Object.keys(drawn).length} plots`);
}
