// npm run demo [-- --port 3000 --backend-port 54321 --control-port N --skip-build --json]
// The dashboard as its users get it: a production build over the embedded backend, with a seed of two suppliers.
// With SUPABASE_URL and SUPABASE_ANON_KEY in the environment it runs over that project instead, with CALENDAR_URL and
// CALENDAR_KEY, PAYMENTS_URL and PAYMENTS_KEY over these services.
import { readArguments, readPort } from './lib/arguments.mjs';
import { buildEverything } from './lib/build/index.mjs';
import { runMain } from './lib/problem.mjs';
import { setUpForBuild } from './lib/setup/index.mjs';
import { runStack } from './lib/stack.mjs';

await runMain(async () => {
  const command = 'npm run demo --';
  const { values } = readArguments(command, {
    options: {
      port: { type: 'string' },
      'backend-port': { type: 'string' },
      'control-port': { type: 'string' },
      'skip-build': { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  const controlPort = values['control-port'];
  const options = {
    command,
    mode: /** @type {const} */ ('start'),
    port: readPort('--port', values.port, 3000),
    backendPort: readPort('--backend-port', values['backend-port'], 54321),
    controlPort: controlPort === undefined ? null : readPort('--control-port', controlPort, 0),
    json: values.json ?? false,
  };
  if (!values['skip-build']) {
    await setUpForBuild();
    await buildEverything();
  }
  return runStack(options);
});
