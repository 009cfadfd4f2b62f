// npm run build [-- --no-app]: the package, the embedded backend and the dashboard's production build.
import { readArguments } from './lib/arguments.mjs';
import { buildApp, buildBackend, buildPackage } from './lib/build/index.mjs';
import { runMain } from './lib/problem.mjs';
import { duration, say } from './lib/say.mjs';
import { setUpForBuild } from './lib/setup/index.mjs';

await runMain(async () => {
  const { values } = readArguments('npm run build --', { options: { 'no-app': { type: 'boolean' } } });
  const started = Date.now();
  await setUpForBuild();
  await buildPackage();
  await buildBackend();
  if (!values['no-app']) await buildApp();
  say(`Built in ${duration(Date.now() - started)}.`);
});
