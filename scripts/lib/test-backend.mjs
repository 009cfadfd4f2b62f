import { buildBackend } from './build/index.mjs';
import { migrationsDir, seedFile } from './paths.mjs';
import { claimPort, isListening } from './ports.mjs';
import { testPorts } from './test-ports.mjs';

/** The secret that the key in .cargo/config.toml is signed with. */
export const jwtSecret = 'the-tests-own-secret-guards-nothing-0123456789';

/** Waits until the backend of a run before, which ends by itself (scripts/browsers/backend.mjs), has ended. */
export async function endOfOthersBackend() {
  for (let tries = 0; tries < 300 && (await isListening(testPorts.backend)); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * The embedded backend for the module's browser tests. Address and keys are those in .cargo/config.toml, from where
 * they are compiled into the tests.
 */
export async function startTestBackend() {
  await buildBackend();
  const { startLocalSupabase } = await import('@wedsync/local-supabase');
  const advice = () => 'end the other run of the tests, which always use this one';
  for (const port of [testPorts.backend, testPorts.backendControl]) await claimPort(port, advice);
  const backend = await startLocalSupabase({
    port: testPorts.backend,
    controlPort: testPorts.backendControl,
    jwtSecret,
    migrations: migrationsDir,
    seed: seedFile,
  });
  return { stop: backend.stop };
}
