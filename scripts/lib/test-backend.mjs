import { buildBackend } from './build/index.mjs';
import { migrationsDir, seedFile } from './paths.mjs';
import { claimPort } from './ports.mjs';

/**
 * The embedded backend for the module's browser tests. Address and keys are the same in every run: they are
 * compiled into the tests, and another value would compile these anew.
 */
export async function startTestBackend() {
  await buildBackend();
  const { startLocalSupabase } = await import('@wedsync/local-supabase');
  const advice = () => 'end the other run of the tests, which always use this one';
  for (const port of [54_399, 54_398]) await claimPort(port, advice);
  const backend = await startLocalSupabase({
    port: 54_399,
    controlPort: 54_398,
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
