// npm test [-- --only NAME]: everything. The last line is `N passed, N failed`.
import { readArguments } from './lib/arguments.mjs';
import { Problem, runMain } from './lib/problem.mjs';
import { setUpForTests } from './lib/setup/index.mjs';
import { allSuites } from './lib/suites/index.mjs';
import { report, runSuites } from './lib/suites/suite.mjs';

await runMain(async () => {
  const { values } = readArguments('npm test --', { options: { only: { type: 'string', multiple: true } } });
  const programs = await setUpForTests();
  const all = allSuites(programs);
  const wanted = values.only;
  const suites = wanted ? all.filter(({ name }) => wanted.some((part) => name.includes(part))) : all;
  if (suites.length === 0) {
    const names = all.map(({ name }) => `"${name}"`).join(', ');
    throw new Problem(`No suite is called ${wanted?.join(' or ')}: the suites are ${names}.`, {
      exitCode: 2,
    });
  }
  return report(await runSuites(suites));
});
