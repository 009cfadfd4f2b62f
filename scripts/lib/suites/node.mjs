import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeTestFailures } from '../failures.mjs';
import { cacheDir, root } from '../paths.mjs';
import { run } from '../process.mjs';
import { nodeTestTotals } from '../totals.mjs';

/**
 * A folder's node:test files, `*.test.mjs`, or those of these names.
 * @param {{ name: string, budgetSeconds: number, folder: string, names?: string[], prepare?: () => Promise<void>, env?: Record<string, string> }} suite
 * @returns {import('./suite.mjs').Suite}
 */
export function nodeSuite({ name, budgetSeconds, folder, names, prepare = async () => {}, env = {} }) {
  return {
    name,
    budgetSeconds,
    async run() {
      await prepare();
      // People read one report; the counts come from the other, which is made for programs.
      mkdirSync(cacheDir, { recursive: true });
      const reports = mkdtempSync(join(cacheDir, 'report-'));
      const tap = join(reports, 'report.tap');
      const reporters = [
        ['--test-reporter=spec', '--test-reporter-destination=stdout'],
        ['--test-reporter=tap', `--test-reporter-destination=${tap}`],
      ];
      const args = ['--test', '--test-concurrency=1', ...reporters.flat(), ...testFiles(folder, names)];
      const { code } = await run(process.execPath, args, { cwd: root, env, output: 'both' });
      const text = existsSync(tap) ? readFileSync(tap, 'utf8') : '';
      rmSync(reports, { recursive: true, force: true });
      return { ok: code === 0, totals: nodeTestTotals(text), failures: nodeTestFailures(text) };
    },
  };
}

/**
 * The tests that a workspace brings itself, if its package.json has a `test` script.
 * @param {{ name: string, budgetSeconds: number, workspace: string, prepare?: () => Promise<void> }} suite
 * @returns {import('./suite.mjs').Suite[]}
 */
export function workspaceSuite({ name, budgetSeconds, workspace, prepare = async () => {} }) {
  const manifest = JSON.parse(readFileSync(join(root, workspace, 'package.json'), 'utf8'));
  if (!manifest.scripts?.test) return [];
  return [
    {
      name,
      budgetSeconds,
      async run() {
        await prepare();
        // By its name: as a path, `www` would also mean the workspaces inside it.
        const args = ['run', '--silent', 'test', '-w', manifest.name];
        const { code, output } = await run('npm', args, { cwd: root, output: 'both' });
        return { ok: code === 0, totals: nodeTestTotals(output) };
      },
    },
  ];
}

/** @param {string} folder @param {string[]} [names] @returns {string[]} */
function testFiles(folder, names) {
  if (names) return names.map((name) => `${folder}/${name}.test.mjs`);
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.test.mjs'))
    .map((name) => `${folder}/${name}`);
}
