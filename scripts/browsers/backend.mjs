// The embedded backend of the module's browser tests, while their runner is there.
import { runMain } from '../lib/problem.mjs';
import { knockAt } from '../lib/suites/knock.mjs';
import { startTestBackend } from '../lib/test-backend.mjs';
import { testPorts } from '../lib/test-ports.mjs';

/** Between two files of tests there is no runner for as long as it takes to prepare the second. */
const longestPauseMs = 10_000;

await runMain(async () => {
  const backend = await startTestBackend();
  const runner = knockAt(testPorts.pages);
  await new Promise((resolve) => {
    setInterval(() => {
      if (Date.now() - runner.lastAnswered() > longestPauseMs) resolve(undefined);
    }, 1_000);
  });
  runner.stop();
  await backend.stop();
  process.exit();
});
