// npm run docs [-- --check]: the tables of options in the guides, and the options that tests begin with.
import { readArguments } from './lib/arguments.mjs';
import { staleDocs, writeDocs } from './lib/docs/index.mjs';
import { Problem, runMain } from './lib/problem.mjs';
import { say } from './lib/say.mjs';

await runMain(async () => {
  const { values } = readArguments('npm run docs --', { options: { check: { type: 'boolean' } } });
  const stale = await staleDocs();
  if (!values.check) writeDocs(stale);
  else if (stale.length > 0) {
    const files = stale.map(({ file }) => file).join(', ');
    throw new Problem(
      `Made of the schemas in js/options, and not up to date: ${files}. Run \`npm run docs\`, and commit what it writes.`,
    );
  }
  for (const { file } of values.check ? [] : stale) say(`Written: ${file}`);
});
