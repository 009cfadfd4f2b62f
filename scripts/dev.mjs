// npm run dev [-- --port 3000 --backend-port 54321]: the same two processes, with Next.js watching www/.
import { readArguments, readPort } from './lib/arguments.mjs';
import { buildBackend, buildPackage } from './lib/build/index.mjs';
import { runMain } from './lib/problem.mjs';
import { setUpForBuild } from './lib/setup/index.mjs';
import { runStack } from './lib/stack.mjs';

await runMain(async () => {
  const command = 'npm run dev --';
  const { values } = readArguments(command, {
    options: { port: { type: 'string' }, 'backend-port': { type: 'string' } },
  });
  const options = {
    command,
    mode: /** @type {const} */ ('dev'),
    port: readPort('--port', values.port, 3000),
    backendPort: readPort('--backend-port', values['backend-port'], 54321),
    controlPort: null,
    json: false,
  };
  await setUpForBuild();
  await buildPackage();
  await buildBackend();
  return runStack(options);
});
