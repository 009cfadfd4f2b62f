import { type LocalSupabaseOptions, resolveConfig } from './config.js';
import { type LocalSupabase, start } from './server.js';

export type { LocalSupabaseOptions } from './config.js';
export { StartError } from './errors.js';
export type { RealtimeSettings } from './realtime/settings.js';
export type { LocalSupabase } from './server.js';

/** Starts a Supabase-shaped backend: auth, REST and Realtime over a real PostgreSQL. */
export async function startLocalSupabase(options: LocalSupabaseOptions = {}): Promise<LocalSupabase> {
  return start(resolveConfig(options));
}
