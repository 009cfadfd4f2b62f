import { join } from 'node:path';
import { namedSuites } from '../named-suites.mjs';
import { root } from '../paths.mjs';
import { run } from '../process.mjs';
import { say } from '../say.mjs';
import { noTotals, sum } from '../totals.mjs';

/** @typedef {import('../totals.mjs').Totals} Totals */

/** The frontend team's import paths under `www/src`, by what each exports. */
export const frontendPaths = {
  RealtimeSubscriptionManager: 'lib/integrations/dashboard/RealtimeSubscriptionManager.ts',
  DashboardIntegrationClient: 'lib/integrations/dashboard/DashboardIntegrationClient.ts',
  DashboardEventSourcing: 'lib/integrations/dashboard/DashboardEventSourcing.ts',
  DashboardHealthMonitor: 'lib/integrations/dashboard/DashboardHealthMonitor.ts',
  DashboardCacheManager: 'lib/cache/DashboardCacheManager.ts',
  CircuitBreaker: 'lib/resilience/CircuitBreaker.ts',
  DashboardCircuitBreaker: 'lib/resilience/DashboardCircuitBreaker.ts',
  RetryManager: 'lib/resilience/RetryManager.ts',
};

/**
 * What the frontend team checks: `ls` and `cat … | head` of each of their paths, and their two named suites. A path must
 * be there when, and only when, the package has what it exports.
 * @param {{ prepare: () => Promise<void> }} options
 * @returns {import('./suite.mjs').Suite}
 */
export function frontendSuite({ prepare }) {
  return {
    name: 'the frontend’s check',
    budgetSeconds: 240,
    async run() {
      await prepare();
      /** @type {Record<string, unknown>} */
      const exported = await import('@wedsync/dashboard');
      // They have two names for one class.
      const has = (/** @type {string} */ name) => name in exported || `Dashboard${name}` in exported;
      const checks = Object.entries(frontendPaths).map(([name, path]) =>
        checkPath(join('www', 'src', path), name, has(name)),
      );
      const totals = await Promise.all([
        ...checks,
        checkPath(join('www', 'src', 'types', 'integrations.ts'), 'type', true),
      ]);
      for (const [kind, suites] of Object.entries(namedSuites)) {
        for (const [name, { line }] of Object.entries(suites)) totals.push(await runNamed(kind, name, line));
      }
      return { ok: totals.every(({ failed }) => failed === 0), totals: sum(totals) };
    },
  };
}

/** @param {string} path @param {string} word what its first lines must say @param {boolean} isWanted */
async function checkPath(path, word, isWanted) {
  const { code, stdout } = await run('sh', ['-c', 'ls "$1" && cat "$1" | head -n 20', 'sh', path], {
    cwd: root,
  });
  const isThere = code === 0;
  const saysIt = new RegExp(`^export .*\\b${word}\\b`, 'm').test(stdout);
  if (isWanted ? isThere && saysIt : !isThere) return counted(true);
  say(
    isWanted
      ? `${path} ${isThere ? `does not export "${word}" in its first lines` : 'is not there'}.`
      : `${path} is there, and the package exports no ${word}.`,
  );
  return counted(false);
}

/** @param {boolean} ok @returns {Totals} */
function counted(ok) {
  return { ...noTotals(), passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
}

/** @param {string} kind @param {string} name @param {string} line @returns {Promise<Totals>} */
async function runNamed(kind, name, line) {
  const { code, stdout } = await run('npm', ['run', '--silent', `test:${kind}`, '--', name], {
    cwd: root,
    output: 'both',
  });
  const lines = stdout.trimEnd().split('\n');
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(stdout) ?? [];
  const totals = { ...noTotals(), passed: Number(passed ?? 0), failed: Number(failed ?? 0) };
  if (code === 0 && lines.at(-1) === line && totals.passed > 0) return totals;
  say(`npm run test:${kind} -- ${name} did not end with "${line}".`);
  return { ...totals, failed: Math.max(totals.failed, 1) };
}
