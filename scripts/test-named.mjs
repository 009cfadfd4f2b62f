// npm run test:realtime -- dashboard, npm run test:integration -- dashboard-resilience.
import { namedSuites } from './lib/named-suites.mjs';
import { Problem, runMain } from './lib/problem.mjs';
import { setUpForTests } from './lib/setup/index.mjs';
import { packagingSuite } from './lib/suites/packaging.mjs';
import { playwrightSuite } from './lib/suites/playwright.mjs';
import { coreTestsSuite } from './lib/suites/rust.mjs';
import { report, runSuites } from './lib/suites/suite.mjs';

await runMain(async () => {
  const [kind = '', name, ...more] = process.argv.slice(2);
  const suites = namedSuites[kind] ?? {};
  const suite = name !== undefined && Object.hasOwn(suites, name) ? suites[name] : undefined;
  if (!suite || more.length > 0) {
    const known = Object.keys(suites).map((known) => `\`npm run test:${kind} -- ${known}\``);
    throw new Problem(
      `${name === undefined ? 'No suite was named' : `There is no ${kind} suite called "${[name, ...more].join(' ')}"`}: run ${known.join(' or ')}.`,
      { exitCode: 2 },
    );
  }
  const browsers = await setUpForTests();
  const title = `${kind}: ${name}`;
  const { spec, core, packaging } = suite;
  const wanted = [playwrightSuite({ name: title, budgetSeconds: 180, specs: [spec], browsers })];
  if (core) wanted.push(coreTestsSuite(core));
  if (packaging) wanted.push(packagingSuite(browsers, packaging));
  const exitCode = report(await runSuites(wanted));
  if (exitCode === 0) console.log(suite.line);
  return exitCode;
});
