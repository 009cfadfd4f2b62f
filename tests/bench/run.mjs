// npm run bench [-- NAME …] [--quick] [--browser chromium|firefox] [--list] [--report] [--no-build] [--output FILE]

import { readArguments } from '../../scripts/lib/arguments.mjs';
import { buildPackage } from '../../scripts/lib/build/index.mjs';
import { exclusively } from '../../scripts/lib/lock.mjs';
import { Problem, runMain } from '../../scripts/lib/problem.mjs';
import { duration, say } from '../../scripts/lib/say.mjs';
import { setUpForBenchmarks } from '../../scripts/lib/setup/index.mjs';
import { chosenBrowser, chosenCases } from './lib/choice.mjs';
import { writeReport, writeResults } from './lib/report/index.mjs';
import { line } from './lib/report/line.mjs';
import { runCases } from './lib/run-cases.mjs';
import { buildSite } from './lib/site.mjs';
import { withWorkplace } from './lib/workplace.mjs';

await runMain(async () => {
  const { values, positionals } = readArguments('npm run bench --', {
    allowPositionals: true,
    options: {
      quick: { type: 'boolean' },
      browser: { type: 'string' },
      list: { type: 'boolean' },
      report: { type: 'boolean' },
      'no-build': { type: 'boolean' },
      output: { type: 'string' },
    },
  });
  const entries = chosenCases(positionals);
  const browserName = chosenBrowser(values.browser);
  if (values.list) {
    for (const { name, what } of entries) console.log(`${name}: ${what}`);
    return;
  }
  if (values.report) {
    writeReport();
    return;
  }
  try {
    const programs = await setUpForBenchmarks(browserName);
    if (!values['no-build']) await buildPackage();
    const quick = values.quick ?? false;
    // Two at once would measure each other, and one would build its pages anew under the other's browser.
    const { results, machine, versions, took } = await exclusively('benchmark', async () => {
      const run = { browserName, executablePath: programs[browserName], site: await buildSite(), quick };
      return withWorkplace(run, async (workplace) => {
        const begun = Date.now();
        const measured = await runCases(entries, workplace, (result, ms) => {
          console.log(`${line(result)}  (${duration(ms)})`);
        });
        const { machine: own, versions: exact } = workplace;
        return { results: measured, machine: own, versions: exact, took: Date.now() - begun };
      });
    });
    const whole = positionals.length === 0 && !quick;
    const took_s = Math.round(took / 1_000);
    writeResults(
      { machine, versions, browser: browserName, whole, quick, took_s, cases: results },
      values.output,
    );
    say(`${results.length} cases in ${duration(took)}.`);
  } catch (error) {
    // Whatever kept the figures from being made, there are none: that is not a failed test, but no answer.
    if (error instanceof Problem) error.exitCode = 2;
    throw error;
  }
});
