// npm run check: format, lint, types and core tests; for every commit.
import { readArguments } from './lib/arguments.mjs';
import { runMain } from './lib/problem.mjs';
import { setUpForBuild } from './lib/setup/index.mjs';
import { coreSuite } from './lib/suites/rust.mjs';
import { lintSuite } from './lib/suites/static.mjs';
import { report, runSuites } from './lib/suites/suite.mjs';
import { typesSuite } from './lib/suites/types.mjs';

await runMain(async () => {
  readArguments('npm run check --', { options: {} });
  await setUpForBuild();
  return report(await runSuites([lintSuite(), coreSuite({ seeds: 300 }), typesSuite()]));
});
