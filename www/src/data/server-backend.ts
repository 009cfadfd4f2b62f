import { type CookieMethodsServer, createServerClient } from '@supabase/ssr';
import type { Session } from '@supabase/supabase-js';
import { cookies, headers } from 'next/headers';
import { readSettings } from '@/lib/settings';
import { sessionCookie } from './session-cookie';
import type { Backend } from './supabase';
import type { Database } from './types';

/** How long an answer waits for the auth server; the browser refreshes what could not be refreshed by then. */
const patienceMs = 2_000;

interface ServerBackend {
  backend: Backend;
  /** Whose request this is, refreshed if need be: not proven, so what only some may see is for the backend to give. */
  session: () => Promise<Session | null>;
}

/** The backend for one request, as its user. */
export function createServerBackend(
  { url, anonKey }: { url: string; anonKey: string },
  { secure, ...store }: CookieMethodsServer & { secure: boolean },
): ServerBackend {
  let late: AbortSignal | undefined;
  const backend = createServerClient<Database>(url, anonKey, {
    cookies: store,
    cookieOptions: sessionCookie(url, secure),
    global: {
      fetch: (input, init) =>
        fetch(input, String(input).startsWith(`${url}/auth/`) ? { ...init, signal: late ?? null } : init),
    },
    realtime: { transport: noSocket },
  });
  return {
    backend,
    async session() {
      // A refresh that fails for want of a network would be tried again for half a minute, and one that comes after the
      // answer would be lost.
      late ??= AbortSignal.timeout(patienceMs);
      const given = await Promise.race([backend.auth.getSession(), aborted(late)]);
      return given?.data.session ?? null;
    },
  };
}

/** The backend for the request that is answered, in server components and route handlers; `null` without settings. */
export async function serverBackend(): Promise<ServerBackend | null> {
  const settings = readSettings(process.env);
  if (settings.problem !== null) return null;
  const store = await cookies();
  return createServerBackend(settings, {
    secure: isSecure(await headers()),
    getAll: () => store.getAll(),
    setAll(all) {
      try {
        for (const { name, value, options } of all) store.set(name, value, options);
      } catch {
        // A server component cannot set cookies; the proxy has refreshed the session before it.
      }
    },
  });
}

/** Whether the browser's connection is encrypted, which a proxy in front of the server knows. */
export function isSecure(request: Headers): boolean {
  return request.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https';
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}

/** Node.js 20 has no WebSocket, and supabase-js wants one at once; nothing is live on the server. */
const noSocket = class {
  constructor() {
    throw new Error('The server has no realtime connection.');
  }
} as unknown as typeof WebSocket;
