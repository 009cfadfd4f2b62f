import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { backendCli, migrationsDir, seedFile } from './paths.mjs';
import { Problem } from './problem.mjs';

/**
 * Where a Supabase-shaped backend answers.
 * @typedef {object} BackendAddress
 * @property {string} url
 * @property {string} anonKey
 * @property {string | null} controlUrl
 * @property {string | null} jwtSecret with which it signs access tokens; `null` where it has public keys, or nobody has said
 * @property {string | null} externalKey the key of the external services that it stands in for; `null` where it does not
 */

/**
 * A backend of one's own, named in the environment as any Supabase project is.
 * @param {NodeJS.ProcessEnv} env
 * @returns {BackendAddress | null}
 */
export function backendFromEnvironment({ SUPABASE_URL: url, SUPABASE_ANON_KEY: anonKey }) {
  if (!url && !anonKey) return null;
  if (!url || !anonKey) {
    const [given, missing] = url
      ? ['SUPABASE_URL', 'SUPABASE_ANON_KEY']
      : ['SUPABASE_ANON_KEY', 'SUPABASE_URL'];
    throw new Problem(
      `${given} is set and ${missing} is not: set both to use that project, or neither to use the embedded backend.`,
    );
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Problem(`SUPABASE_URL is not a web address: it should look like https://<ref>.supabase.co.`);
  }
  return { url, anonKey, controlUrl: null, jwtSecret: null, externalKey: null };
}

/**
 * Starts the embedded backend with the project's migrations and seed, and waits until it answers.
 * @param {import('./children.mjs').Children} children
 * @param {{ port: number, controlPort: number | null }} options
 * @returns {Promise<BackendAddress>}
 */
export async function startBackend(children, { port, controlPort }) {
  const args = [backendCli, '--json', '--port', String(port), '--migrations', migrationsDir];
  if (existsSync(seedFile)) args.push('--seed', seedFile);
  if (controlPort !== null) args.push('--control-port', String(controlPort));
  const child = children.start('The embedded backend', process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: /** @type {import('node:stream').Readable} */ (child.stdout) });
  for await (const line of lines) {
    const ready = parseReady(line);
    if (ready) return ready;
  }
  throw new Problem('The embedded backend ended before it was ready: what it said is above.');
}

/** @param {string} line @returns {BackendAddress | null} */
function parseReady(line) {
  try {
    const { ready, url, anonKey, controlUrl, jwtSecret, externalKey } = JSON.parse(line);
    return ready === true ? { url, anonKey, controlUrl: controlUrl ?? null, jwtSecret, externalKey } : null;
  } catch {
    return null;
  }
}
