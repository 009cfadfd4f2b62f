import { StartError } from './errors.js';
import { defaultRealtimeSettings, type RealtimeSettings } from './realtime/settings.js';

/** Options of {@link startLocalSupabase}. */
export interface LocalSupabaseOptions {
  /** Default 54321; 0 takes a free one. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** A folder of `<version>_<name>.sql` files, applied in order, each once. */
  migrations?: string;
  /** A file of SQL, run once, when the database is new. */
  seed?: string;
  /** A folder for PGlite. Default: in memory. */
  dataDir?: string;
  /** Any PostgreSQL instead of PGlite. */
  databaseUrl?: string;
  /** Signs the tokens, at least 32 characters. Default: made once and kept in the database. */
  jwtSecret?: string;
  /** Default 3600. */
  accessTokenLifetimeSeconds?: number;
  /** The port of the control server; 0 takes a free one. Default: no control server. */
  controlPort?: number;
  /** Delays and limits of the realtime server; see `docs/local-supabase.md`. */
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
    throw new StartError('The JWT secret is too short: give it at least 32 characters.');
  }
  return {
    port: checkPort('port', options.port ?? 54321),
    host: options.host ?? '127.0.0.1',
    migrations: options.migrations ?? null,
    seed: options.seed ?? null,
    dataDir: options.dataDir ?? null,
    databaseUrl: options.databaseUrl ?? null,
    jwtSecret: options.jwtSecret ?? null,
    accessTokenLifetimeSeconds: options.accessTokenLifetimeSeconds ?? 3600,
    controlPort: options.controlPort === undefined ? null : checkPort('control port', options.controlPort),
    realtime: { ...defaultRealtimeSettings, ...options.realtime },
  };
}

function checkPort(what: string, port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new StartError(`The ${what} must be a number from 0 to 65535, not ${port}.`);
}
