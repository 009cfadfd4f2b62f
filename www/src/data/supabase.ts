import { createBrowserClient } from '@supabase/ssr';
import type { SupabaseClient } from '@supabase/supabase-js';
import { databaseFetch } from './database-fetch';
import { sessionCookie } from './session-cookie';
import type { Database } from './types';

export type Backend = SupabaseClient<Database>;

let created: { url: string; anonKey: string; client: Backend } | null = null;

/**
 * The browser's one client for sign-in and data, with its session in cookies. It is made once because each one would
 * refresh the same session by itself. Realtime is not its business: that goes through `@wedsync/dashboard`.
 */
export function browserBackend(url: string, anonKey: string): Backend {
  if (created?.url !== url || created.anonKey !== anonKey) {
    const client = createBrowserClient<Database>(url, anonKey, {
      cookieOptions: sessionCookie(url, location.protocol === 'https:'),
      isSingleton: false,
      // Nothing is retried twice: what has gone through the dashboard's `fetch` gives postgrest-js nothing that it retries.
      global: { fetch: databaseFetch },
    });
    created = { url, anonKey, client };
  }
  return created.client;
}
