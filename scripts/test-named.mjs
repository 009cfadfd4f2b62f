// npm run test:realtime -- dashboard, npm run test:integration -- dashboard-resilience: the frontend team's two
// named suites. Each ends with its line when, and only when, its tests ran and passed.
import { Problem, runMain } from './lib/problem.mjs';
import { setUpForTests } from './lib/setup/index.mjs';
import { playwrightSuite } from './lib/suites/playwright.mjs';
import { report, runSuites } from './lib/suites/suite.mjs';

/** @type {Record<string, Record<string, { spec: string, line: string }>>} */
const named = {
  realtime: {
    dashboard: {
      spec: 'dashboard-realtime.spec.ts',
      line: 'All dashboard real-time subscription tests passing',
    },
  },
  integration: {
    'dashboard-resilience': {
      spec: 'dashboard-resilience.spec.ts',
      line: 'All dashboard integration resilience tests passing',
    },
  },
};

await runMain(async () => {
  const [kind = '', name, ...more] = process.argv.slice(2);
  const suites = named[kind] ?? {};
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
  const exitCode = report(
    await runSuites([playwrightSuite({ name: title, budgetSeconds: 180, specs: [suite.spec], browsers })]),
  );
  if (exitCode === 0) console.log(suite.line);
  return exitCode;
});
