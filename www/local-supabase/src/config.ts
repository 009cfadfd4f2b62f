import { StartError } from './errors.js';
import { checkRealtimeSettings } from './realtime/checkSettings.js';
import {
  defaultRealtimeSettings,
  type RealtimeSettings,
  realisticRealtimeSettings,
} from './realtime/settings.js';

/** The key of the external services where none is chosen: they hold nothing to guard. */
export const defaultExternalKey = 'local-external-key';

/** Options of {@link startLocalSupabase}. */
export interface LocalSupabaseOptions {
  /** Default 54321; 0 takes a free one. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** A folder of `<version>_<name>.sql` files, applied in order, each once. */
  migrations?: string;
  /** A file of SQL, run once, in a database that has not had a seed. */
  seed?: string;
  /** A folder for PGlite. Default: in memory. */
  dataDir?: string;
  /** Any PostgreSQL instead of PGlite. */
  databaseUrl?: string;
  /** Signs the tokens, at least 32 characters. Default: made once and kept in the database. */
  jwtSecret?: string;
  /** What the external services want as a bearer token, at least 8 characters. Default {@link defaultExternalKey}. */
  externalKey?: string;
  /** Default 3600. */
  accessTokenLifetimeSeconds?: number;
  /** The port of the control server; 0 takes a free one. Default: no control server. */
  controlPort?: number;
  /** The delays and limits of a hosted project, instead of short delays and few limits. Default false. */
  realistic?: boolean;
  /** Single delays and limits of the realtime server; see `docs/local-supabase.md`. */
  realtime?: Partial<RealtimeSettings>;
}

/** The options with their defaults, checked. */
export interface Config {
  port: number;
  host: string;
  migrations: string | null;
  seed: string | null;
  dataDir: string | null;
  databaseUrl: string | null;
  jwtSecret: string | null;
  externalKey: string;
  accessTokenLifetimeSeconds: number;
  controlPort: number | null;
  realtime: RealtimeSettings;
}

export function resolveConfig(options: LocalSupabaseOptions): Config {
  if (options.dataDir !== undefined && options.databaseUrl !== undefined) {
    throw new StartError(
      'A data folder and DATABASE_URL exclude each other: leave out --data-dir, or unset DATABASE_URL.',
    );
  }
  if (options.jwtSecret !== undefined && options.jwtSecret.length < 32) {
    throw new StartError(
      'The JWT secret is too short: give JWT_SECRET at least 32 characters, or leave it out to get one made.',
    );
  }
  const { externalKey = defaultExternalKey } = options;
  if (!/^[\w.~+/-]{8,200}=*$/.test(externalKey)) {
    throw new StartError(
      'The key of the external services cannot be sent as a bearer token: give WEDSYNC_EXTERNAL_KEY 8 to 200 letters, digits or -._~+/, or leave it out.',
    );
  }
  const port = checkPort('port', options.port ?? 54321);
  const controlPort =
    options.controlPort === undefined ? null : checkPort('control port', options.controlPort);
  if (port !== 0 && port === controlPort) {
    throw new StartError(`Port ${port} cannot be both the project's and the control server's: choose two.`);
  }
  return {
    port,
    host: options.host ?? '127.0.0.1',
    migrations: options.migrations ?? null,
    seed: options.seed ?? null,
    dataDir: options.dataDir ?? null,
    databaseUrl: options.databaseUrl ?? null,
    jwtSecret: options.jwtSecret ?? null,
    externalKey,
    accessTokenLifetimeSeconds: checkLifetime(options.accessTokenLifetimeSeconds ?? 3600),
    controlPort,
    realtime: {
      ...(options.realistic === true ? realisticRealtimeSettings : defaultRealtimeSettings),
      ...checkRealtimeSettings({ ...options.realtime }),
    },
  };
}

function checkPort(what: string, port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new StartError(`The ${what} must be a number from 0 to 65535, not ${port}.`);
}

/** A hosted project takes up to a week; longer does no harm here, as long as the end of it is a date. */
function checkLifetime(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 2_147_483_647) return seconds;
  throw new StartError(
    `The lifetime of access tokens must be a whole number of seconds from 1 to 2147483647, not ${seconds}.`,
  );
}
