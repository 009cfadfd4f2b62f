import { buildBackend } from './build/index.mjs';
import { migrationsDir, seedFile } from './paths.mjs';
import { claimPort } from './ports.mjs';
import { testPorts } from './test-ports.mjs';

/**
 * The embedded backend for the module's browser tests. Address and keys are the same in every run: they are
 * compiled into the tests, and another value would compile these anew.
 */
export async function startTestBackend() {
  await buildBackend();
  const { startLocalSupabase } = await import('@wedsync/local-supabase');
  const advice = () => 'end the other run of the tests, which always use this one';
  for (const port of [testPorts.backend, testPorts.backendControl]) await claimPort(port, advice);
  const backend = await startLocalSupabase({
    port: testPorts.backend,
    controlPort: testPorts.backendControl,
    jwtSecret: 'the-tests-own-secret-guards-nothing-0123456789',
    migrations: migrationsDir,
    seed: seedFile,
  });
  return {
    url: backend.url,
    anonKey: backend.anonKey,
    controlUrl: backend.controlUrl ?? '',
    stop: backend.stop,
  };
}
