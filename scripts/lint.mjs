// npm run lint: format, lint and types of everything.
import { readArguments } from './lib/arguments.mjs';
import { runMain } from './lib/problem.mjs';
import { setUpForBuild } from './lib/setup/index.mjs';
import { lintSuite } from './lib/suites/static.mjs';
import { report, runSuites } from './lib/suites/suite.mjs';

await runMain(async () => {
  readArguments('npm run lint --', { options: {} });
  await setUpForBuild();
  return report(await runSuites([lintSuite()]));
});
