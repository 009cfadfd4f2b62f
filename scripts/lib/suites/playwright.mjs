import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildEverything } from '../build/index.mjs';
import { playwrightFailures } from '../failures.mjs';
import { cacheDir, root } from '../paths.mjs';
import { run } from '../process.mjs';
import { noTotals, playwrightTotals } from '../totals.mjs';

/**
 * Playwright over the demo's own processes and a production build.
 * @param {{ name: string, budgetSeconds: number, specs?: string[], browsers: import('../setup/test-programs.mjs').TestPrograms }} suite
 * @returns {import('./suite.mjs').Suite}
 */
export function playwrightSuite({ name, budgetSeconds, specs = [], browsers }) {
  return {
    name,
    budgetSeconds,
    async run() {
      await buildEverything();
      mkdirSync(cacheDir, { recursive: true });
      const folder = mkdtempSync(join(cacheDir, 'report-'));
      const report = join(folder, 'report.json');
      const command = createRequire(join(root, 'package.json')).resolve('@playwright/test/cli');
      const { code } = await run(process.execPath, [command, 'test', '--reporter=list,json', ...specs], {
        cwd: root,
        output: 'both',
        env: {
          CHROMIUM: browsers.chromium,
          FIREFOX: browsers.firefox,
          PLAYWRIGHT_JSON_OUTPUT_FILE: report,
          PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
        },
      });
      const text = existsSync(report) ? readFileSync(report, 'utf8') : null;
      rmSync(folder, { recursive: true, force: true });
      return {
        ok: code === 0,
        totals: text === null ? noTotals() : playwrightTotals(text),
        failures: text === null ? [] : playwrightFailures(text),
      };
    },
  };
}
