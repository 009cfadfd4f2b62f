import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { authRoutes } from './auth/routes.js';
import { TokenAuthority } from './auth/tokens.js';
import { Cleanups } from './cleanups.js';
import type { Config } from './config.js';
import { createControlServer } from './control/server.js';
import { bootstrap, loadJwtSecret } from './database/bootstrap.js';
import type { Database } from './database/database.js';
import { applyMigrations, applySeed } from './database/migrations.js';
import { openPGlite } from './database/pglite.js';
import { openPostgres } from './database/postgres.js';
import { explainRefusal } from './database/postgresChecks.js';
import { readSnapshot } from './database/snapshot.js';
import { type Migration, readMigrations, readSeed, type Seed } from './database/sqlFiles.js';
import { externalRoutes } from './external/routes.js';
import { faultyRequests } from './faults/requests.js';
import { FaultRules } from './faults/rules.js';
import { requireApiKey } from './http/gateway.js';
import { checkPort, closeServer, listen } from './http/listen.js';
import { createMeasuredServer } from './http/measured.js';
import { ProjectPort } from './http/projectPort.js';
import { broadcastRoutes } from './realtime/broadcasts/routes.js';
import { RealtimeServer } from './realtime/server.js';
import { restRoutes } from './rest/routes.js';
import { Traffic } from './traffic.js';

/** A running backend. */
export interface LocalSupabase {
  /** The project's URL, what `createClient` takes. */
  url: string;
  anonKey: string;
  serviceRoleKey: string;
  jwtSecret: string;
  /** What the external services want as a bearer token. */
  externalKey: string;
  controlUrl: string | null;
  stop(): Promise<void>;
}

/** Starts a backend; once `signal` is aborted, no further step of the start is begun. */
export async function start(config: Config, signal?: AbortSignal): Promise<LocalSupabase> {
  const schema = await readSchema(config);
  await checkPort(config.port, config.host, 'backend');
  if (config.controlPort !== null) await checkPort(config.controlPort, '127.0.0.1', 'control server');
  const database =
    config.databaseUrl === null
      ? await openPGlite(config.dataDir, readSnapshot)
      : await openPostgres(config.databaseUrl);
  const cleanups = new Cleanups();
  cleanups.push(() => database.close());
  try {
    await prepare(database, schema, signal);
    signal?.throwIfAborted();
    return await serve(config, database, cleanups);
  } catch (cause) {
    await cleanups.run();
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
async function prepare(
  database: Database,
  { migrations, seed }: Schema,
  signal: AbortSignal | undefined,
): Promise<void> {
  await database.exclusively(async () => {
    signal?.throwIfAborted();
    await bootstrap(database).catch((cause: unknown) => {
      throw explainRefusal(cause);
    });
    const warn = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
    await applyMigrations(database, migrations, warn, signal);
    signal?.throwIfAborted();
    if (seed !== null) await applySeed(database, seed);
    await database.query('select realtime.sync_capture()');
  });
}

async function serve(config: Config, database: Database, cleanups: Cleanups): Promise<LocalSupabase> {
  const jwtSecret = await loadJwtSecret(database, config.jwtSecret);
  const tokens = new TokenAuthority(jwtSecret);
  const keys = {
    anonKey: await tokens.projectKey('anon'),
    serviceRoleKey: await tokens.projectKey('service_role'),
  };

  const faults = new FaultRules();
  const traffic = new Traffic();
  const realtime = await RealtimeServer.start(database, tokens, config.realtime, { faults, traffic });
  cleanups.push(() => realtime.stop());

  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(cors({ origin: '*', exposeHeaders: exposedHeaders, maxAge: 3600 }));
  app.use(faultyRequests(faults, () => port.life));
  app.get('/', (context) => context.json({ name: 'local-supabase' }));
  app.use('/auth/v1/*', requireApiKeyBut(['/auth/v1/health'], Object.values(keys)));
  app.use('/rest/v1/*', requireApiKey(new Set(Object.values(keys))));
  app.route('/auth/v1', authRoutes({ ...config, database, tokens, url: () => port.url }));
  app.route('/rest/v1', restRoutes({ database, tokens }));
  app.route('/realtime/v1/api', broadcastRoutes(realtime.services));
  app.route('/external', externalRoutes({ database, key: config.externalKey }));
  app.onError((_, context) => context.json({ message: 'An internal error happened' }, 500));

  const server = createMeasuredServer(app.fetch, traffic);
  server.on('upgrade', (request, stream, head) => {
    realtime.upgrade(request, stream, head).catch(() => stream.destroy());
  });
  const port = new ProjectPort(server, config.host);
  await port.open(config.port);
  cleanups.push(() => port.stop(() => realtime.goDown()));

  let controlUrl: string | null = null;
  if (config.controlPort !== null) {
    const control = createControlServer({ database, realtime, faults, traffic, tokens, server, port });
    controlUrl = await listen(control, config.controlPort, '127.0.0.1', 'control server');
    cleanups.push(() => closeServer(control));
  }
  const { externalKey } = config;
  return { url: port.url, ...keys, jwtSecret, externalKey, controlUrl, stop: () => cleanups.run() };
}

/** What a hosted project lets pages read. */
const exposedHeaders = [
  ...['content-encoding', 'content-location', 'content-range', 'content-type', 'date', 'location', 'server'],
  ...['transfer-encoding', 'range-unit', 'x-supabase-api-version'],
];

function requireApiKeyBut(
  open: readonly string[],
  keys: readonly string[],
): ReturnType<typeof requireApiKey> {
  const guard = requireApiKey(new Set(keys));
  return (context, next) => (open.includes(context.req.path) ? next() : guard(context, next));
}
