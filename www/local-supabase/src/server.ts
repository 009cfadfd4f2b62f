import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { authRoutes } from './auth/routes.js';
import { TokenAuthority } from './auth/tokens.js';
import type { Config } from './config.js';
import { createControlServer } from './control.js';
import { bootstrap, loadJwtSecret } from './database/bootstrap.js';
import type { Database } from './database/database.js';
import { applyMigrations, applySeed } from './database/migrations.js';
import { openPGlite } from './database/pglite.js';
import { openPostgres } from './database/postgres.js';
import { explainRefusal } from './database/postgresChecks.js';
import { readSnapshot } from './database/snapshot.js';
import { type Migration, readMigrations, readSeed, type Seed } from './database/sqlFiles.js';
import { requireApiKey } from './http/gateway.js';
import { checkPort, closeServer, listen } from './http/listen.js';
import { RealtimeServer } from './realtime/server.js';
import { restRoutes } from './rest/routes.js';

/** A running backend. */
export interface LocalSupabase {
  /** The project's URL, what `createClient` takes. */
  url: string;
  anonKey: string;
  serviceRoleKey: string;
  jwtSecret: string;
  controlUrl: string | null;
  stop(): Promise<void>;
}

export async function start(config: Config): Promise<LocalSupabase> {
  const schema = await readSchema(config);
  await checkPort(config.port, config.host, 'backend');
  if (config.controlPort !== null) await checkPort(config.controlPort, '127.0.0.1', 'control server');
  const database =
    config.databaseUrl === null
      ? await openPGlite(config.dataDir, await readSnapshot())
      : await openPostgres(config.databaseUrl);
  const cleanups: (() => Promise<void>)[] = [() => database.close()];
  const stop = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    await prepare(database, schema);
    return await serve(config, database, cleanups, stop);
  } catch (cause) {
    await stop();
    throw cause;
  }
}

interface Schema {
  migrations: Migration[];
  seed: Seed | null;
}

/** Before the database starts: whoever mistypes a name should not wait for it. */
async function readSchema({ migrations, seed }: Config): Promise<Schema> {
  return {
    migrations: migrations === null ? [] : await readMigrations(migrations),
    seed: seed === null ? null : await readSeed(seed),
  };
}

/** From an empty database, or one of an earlier start, to one that can serve. */
async function prepare(database: Database, { migrations, seed }: Schema): Promise<void> {
  await database.exclusively(async () => {
    await bootstrap(database).catch((cause: unknown) => {
      throw explainRefusal(cause);
    });
    await applyMigrations(database, migrations, (sentence) => process.stderr.write(`${sentence}\n`));
    if (seed !== null) await applySeed(database, seed);
    await database.query('select realtime.sync_capture()');
  });
}

async function serve(
  config: Config,
  database: Database,
  cleanups: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<LocalSupabase> {
  const jwtSecret = await loadJwtSecret(database, config.jwtSecret);
  const tokens = new TokenAuthority(jwtSecret);
  const keys = {
    anonKey: await tokens.projectKey('anon'),
    serviceRoleKey: await tokens.projectKey('service_role'),
  };

  const realtime = await RealtimeServer.start(database, tokens, config.realtime);
  cleanups.push(() => realtime.stop());

  let requests = 0;
  let url = '';
  const app = new Hono();
  app.use(async (_, next) => {
    requests += 1;
    await next();
  });
  app.use(cors({ origin: '*', exposeHeaders: ['content-range', 'x-supabase-api-version'], maxAge: 3600 }));
  app.get('/', (context) => context.json({ name: 'local-supabase' }));
  app.use('/auth/v1/*', requireApiKeyBut(['/auth/v1/health'], Object.values(keys)));
  app.use('/rest/v1/*', requireApiKey(new Set(Object.values(keys))));
  app.route('/auth/v1', authRoutes({ ...config, database, tokens, url: () => url }));
  app.route('/rest/v1', restRoutes({ database, tokens }));
  app.onError((_, context) => context.json({ message: 'An internal error happened' }, 500));

  // What this adaptor creates without further options is a plain HTTP server.
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.on('upgrade', (request, stream, head) => {
    requests += 1;
    realtime.upgrade(request, stream, head).catch(() => stream.destroy());
  });
  url = await listen(server, config.port, config.host, 'backend');
  cleanups.push(() => closeServer(server));

  let controlUrl: string | null = null;
  if (config.controlPort !== null) {
    const control = createControlServer({ database, realtime, requests: () => requests });
    controlUrl = await listen(control, config.controlPort, '127.0.0.1', 'control server');
    cleanups.push(() => closeServer(control));
  }
  return { url, ...keys, jwtSecret, controlUrl, stop };
}

function requireApiKeyBut(
  open: readonly string[],
  keys: readonly string[],
): ReturnType<typeof requireApiKey> {
  const guard = requireApiKey(new Set(keys));
  return (context, next) => (open.includes(context.req.path) ? next() : guard(context, next));
}
