import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { Database } from './types';

export type Backend = SupabaseClient<Database>;

let created: { url: string; anonKey: string; client: Backend } | null = null;

/**
 * The browser's one client for sign-in and data. It is made once because each one would refresh the same session
 * by itself. Realtime is not its business: that goes through `@wedsync/dashboard`.
 */
export function browserBackend(url: string, anonKey: string): Backend {
  if (created?.url !== url || created.anonKey !== anonKey) {
    created = { url, anonKey, client: createClient<Database>(url, anonKey) };
  }
  return created.client;
}
