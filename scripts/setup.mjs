// npm run setup [-- --build]: everything the commands need, and nothing that is there already.
import { readArguments } from './lib/arguments.mjs';
import { runMain } from './lib/problem.mjs';
import { duration, say } from './lib/say.mjs';
import { setUpForBuild, setUpForDevelopment } from './lib/setup/index.mjs';

await runMain(async () => {
  const { values } = readArguments('npm run setup --', { options: { build: { type: 'boolean' } } });
  const started = Date.now();
  await (values.build ? setUpForBuild() : setUpForDevelopment());
  say(
    `Everything ${values.build ? 'the build' : 'this project'} needs is there (${duration(Date.now() - started)}).`,
  );
});
