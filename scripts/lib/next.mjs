import { once } from 'node:events';
import { nextCommand } from './build/index.mjs';
import { demoPassword, demoUsers } from './demo-users.mjs';
import { appDir } from './paths.mjs';
import { Problem } from './problem.mjs';

/**
 * Starts the dashboard, in production (`start`) or while one works on it (`dev`), and waits until it says so.
 * @param {import('./children.mjs').Children} children
 * @param {{ mode: 'start' | 'dev', port: number, backend: import('./backend.mjs').BackendAddress }} options
 * @returns {Promise<string>} its address
 */
export async function startNext(children, { mode, port, backend }) {
  const args = [nextCommand(), mode, '--port', String(port), '--hostname', '127.0.0.1'];
  const child = children.start('The dashboard', process.execPath, args, {
    cwd: appDir,
    env: {
      ...process.env,
      NODE_ENV: mode === 'dev' ? 'development' : 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      SUPABASE_URL: backend.url,
      SUPABASE_ANON_KEY: backend.anonKey,
      ...(backend.jwtSecret === null ? {} : { SUPABASE_JWT_SECRET: backend.jwtSecret }),
      ...externalServices(backend, process.env),
      // No build holds the demo's users: the sign-in page shows them only where there is a demo's backend.
      ...(process.env.SUPABASE_URL
        ? {}
        : { WEDSYNC_DEMO: JSON.stringify({ password: demoPassword, users: demoUsers }) }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = /** @type {import('node:stream').Readable} */ (child.stdout);
  const ended = new AbortController();
  child.once('exit', () => ended.abort());
  try {
    let said = '';
    while (!/Ready in/.test(said)) {
      const [chunk] = await once(output, 'data', { signal: ended.signal });
      said += chunk;
    }
  } catch {
    throw new Problem('The dashboard ended before it was ready: what Next.js said is above.');
  }
  // Nobody reads the rest in `start`; in `dev` it is what a developer wants to see.
  if (mode === 'dev') output.pipe(process.stderr);
  else output.resume();
  return `http://localhost:${port}`;
}

/**
 * Where the dashboard finds the calendar and the payments provider: those of the environment, each as a whole, else the
 * embedded backend's stand-ins.
 * @param {import('./backend.mjs').BackendAddress} backend
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, string>}
 */
export function externalServices({ url, externalKey }, env) {
  if (externalKey === null) return {};
  return Object.fromEntries(
    ['calendar', 'payments'].flatMap((service) => {
      const [urlName, keyName] = [`${service.toUpperCase()}_URL`, `${service.toUpperCase()}_KEY`];
      if (env[urlName] || env[keyName]) return [];
      return [
        [urlName, `${url}/external/${service}/v1`],
        [keyName, externalKey],
      ];
    }),
  );
}
