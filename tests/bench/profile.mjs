// npm run profile -- NAME [--side ours|peer|limit] [--seconds N] [--list]

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readArguments } from '../../scripts/lib/arguments.mjs';
import { buildPackage } from '../../scripts/lib/build/index.mjs';
import { cacheDir, root } from '../../scripts/lib/paths.mjs';
import { Problem, runMain } from '../../scripts/lib/problem.mjs';
import { setUpForBenchmarks } from '../../scripts/lib/setup/index.mjs';
import { catalogue } from './catalogue/index.mjs';
import { caseToProfile, isProfilable, secondsOf, sideToProfile } from './lib/profile-choice.mjs';
import { namedPackage } from './lib/profile-package.mjs';
import { hottest, withReadableNames } from './lib/profile-report.mjs';
import { recordProfile } from './lib/profile-run.mjs';
import { buildSite } from './lib/site.mjs';
import { table } from './lib/table.mjs';
import { withWorkplace } from './lib/workplace.mjs';

await runMain(async () => {
  try {
    const { values, positionals } = readArguments('npm run profile -- NAME', {
      allowPositionals: true,
      options: { side: { type: 'string' }, seconds: { type: 'string' }, list: { type: 'boolean' } },
    });
    if (values.list) {
      for (const { name, what } of catalogue.filter(isProfilable)) console.log(`${name}: ${what}`);
      return;
    }
    const entry = caseToProfile(positionals);
    const seconds = secondsOf(values.seconds);
    const { chromium } = await setUpForBenchmarks('chromium');
    await buildPackage();
    const site = await buildSite({
      packageDir: await namedPackage(),
      outDir: join(cacheDir, 'bench', 'site-named'),
      readable: true,
    });
    const run = {
      browserName: /** @type {const} */ ('chromium'),
      executablePath: chromium,
      site,
      quick: false,
    };
    const { profile, side } = await withWorkplace(run, (workplace) =>
      recordProfile(entry, workplace, (sides) => sideToProfile(entry, sides, values.side), seconds),
    );
    const readable = withReadableNames(profile);
    const file = join(cacheDir, 'profiles', `${entry.name}.${side.role}.cpuprofile`);
    mkdirSync(join(cacheDir, 'profiles'), { recursive: true });
    writeFileSync(file, JSON.stringify(readable));
    console.log(`${entry.name}, ${side.name}: the functions with the most time of their own`);
    console.log(table(hottest(readable, 20)));
    console.log(`Written: ${relative(root, file)} (opens in Chrome DevTools, VS Code and speedscope)`);
  } catch (error) {
    // Without a profile there is no answer, whatever kept it from being made.
    if (error instanceof Problem) error.exitCode = 2;
    throw error;
  }
});
