import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDir, root } from '../../../../scripts/lib/paths.mjs';
import { say } from '../../../../scripts/lib/say.mjs';

export const resultsFile = join(root, 'tests', 'bench', 'results.json');

/**
 * Writes what was measured. Only a whole run changes `results.json` and `docs/benchmarks.md`; anything less goes to a
 * file that is not kept, so that a part is never taken for the whole.
 * @param {{ machine: object, versions: Record<string, string>, quick: boolean, whole: boolean, took: number,
 *   results: import('../result.mjs').CaseResult[], output: string | undefined }} run
 */
export async function writeResults({ machine, versions, quick, whole, took, results, output }) {
  const file = output ?? (whole ? resultsFile : join(cacheDir, 'bench', 'results.json'));
  const content = { machine, versions, whole, quick, took_s: Math.round(took / 1_000), cases: results };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  say(`Written: ${file}`);
}
