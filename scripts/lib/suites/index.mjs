import { buildBackend, buildEverything, buildPackage } from '../build/index.mjs';
import { setUpForTests } from '../setup/index.mjs';
import { frontendSuite } from './frontend.mjs';
import { nodeSuite, workspaceSuite } from './node.mjs';
import { packagingSuite } from './packaging.mjs';
import { playwrightSuite } from './playwright.mjs';
import { browserSuites, coreSuite } from './rust.mjs';
import { lintSuite } from './static.mjs';
import { typesSuite } from './types.mjs';

/**
 * Everything `npm test` runs, the quickest to fail first.
 * @param {Awaited<ReturnType<typeof setUpForTests>>} programs
 * @returns {import('./suite.mjs').Suite[]}
 */
export function allSuites(programs) {
  return [
    lintSuite(),
    coreSuite({ seeds: 2_000 }),
    nodeSuite({ name: 'mutants', budgetSeconds: 600, folder: 'tests/mutants' }),
    typesSuite(),
    nodeSuite({
      name: 'scripts and set-up',
      budgetSeconds: 180,
      folder: 'tests/setup',
      prepare: buildEverything,
    }),
    nodeSuite({
      name: 'the cache on the server',
      budgetSeconds: 120,
      folder: 'tests/server',
      prepare: buildPackage,
      env: { REDIS_SERVER: programs.redis },
    }),
    ...workspaceSuite({
      name: 'embedded backend',
      budgetSeconds: 360,
      workspace: 'www/local-supabase',
      prepare: buildBackend,
    }),
    ...workspaceSuite({ name: 'dashboard', budgetSeconds: 120, workspace: 'www', prepare: buildPackage }),
    ...browserSuites(programs),
    packagingSuite(programs),
    nodeSuite({
      name: 'benchmarks',
      budgetSeconds: 120,
      folder: 'tests/bench/test',
      prepare: buildPackage,
      env: { CHROMIUM: programs.chromium },
    }),
    frontendSuite({ prepare: buildEverything }),
    playwrightSuite({ name: 'end to end', budgetSeconds: 720, specs: ['tests/e2e/'], browsers: programs }),
  ];
}
