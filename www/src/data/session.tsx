'use client';

import type { Session } from '@supabase/supabase-js';
import type { Dashboard } from '@wedsync/dashboard';
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react';
import { rememberSettings } from './kept-settings';
import { forgetUser, onForgotten, type PresumedUser, presumedUser } from './presumed-user';
import { signOut } from './sign-out';
import { type Backend, browserBackend } from './supabase';
import { verifySession } from './verify-session';

export interface BackendSettings {
  url: string;
  anonKey: string;
}

export type SessionState =
  | { status: 'loading' }
  | { status: 'signed-out' }
  /** The last user of this device, whom nobody could verify yet: they see what this device keeps, and no more. */
  | { status: 'presumed'; user: PresumedUser }
  | { status: 'signed-in'; user: { id: string; email: string } };

interface SessionValue {
  state: SessionState;
  settings: BackendSettings;
  /** The backend, for use in effects and handlers: on the server there is none. */
  backend: () => Backend;
  /**
   * Signs out of this device, and leaves nothing that was kept.
   *
   * @throws {DashboardError} `pending_writes` if the server does not have everything yet and `pending` is `refuse`.
   */
  signOut: (dashboard: Dashboard | null, pending: 'refuse' | 'discard') => Promise<void>;
}

const SessionContext = createContext<SessionValue | null>(null);

/** Milliseconds that a session may take to be verified before the last user is presumed. */
const patience = 1_000;

/** Milliseconds between attempts to verify a presumed user, at first and at most. */
const firstPause = 4_000;
const longestPause = 30_000;

/** Holds who is signed in. The browser finds out and follows it, so the server always renders `loading`. */
export function SessionProvider({ settings, children }: { settings: BackendSettings; children: ReactNode }) {
  const { url, anonKey } = settings;
  const [state, setState] = useState<SessionState>({ status: 'loading' });

  useEffect(() => {
    rememberSettings({ url, anonKey });
    const backend = browserBackend(url, anonKey);
    const presume = () => {
      const user = presumedUser(url);
      if (user)
        setState((previous) => (previous.status === 'loading' ? { status: 'presumed', user } : previous));
    };
    const timer = setTimeout(presume, navigator.onLine ? patience : 0);
    const { data } = backend.auth.onAuthStateChange((event, session) => {
      // A session that could not be refreshed for want of a network is none, and still in its cookies.
      const user = session || event === 'SIGNED_OUT' ? null : presumedUser(url);
      if (!session && !user) forgetUser(url);
      setState((previous) => nextState(previous, session, user));
    });
    // A tab that signs out tells it to the others by what it removes.
    const stopListening = onForgotten(url, () => setState({ status: 'signed-out' }));
    return () => {
      clearTimeout(timer);
      stopListening();
      data.subscription.unsubscribe();
    };
  }, [url, anonKey]);

  const isPresumed = state.status === 'presumed';
  useEffect(() => {
    if (!isPresumed) return undefined;
    let left = false;
    let busy = false;
    let pause = firstPause;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const verify = async () => {
      clearTimeout(timer);
      if (busy) return;
      busy = true;
      const isVerified = await verifySession(url, anonKey).catch(() => false);
      const { data } = isVerified
        ? await browserBackend(url, anonKey).auth.getSession()
        : { data: { session: null } };
      busy = false;
      const { session } = data;
      if (left) return;
      if (session) setState((previous) => nextState(previous, session, null));
      // All devices lose a server at the same moment: they do not come back at the same one.
      timer = setTimeout(verify, pause * (1 + Math.random() / 4));
      pause = Math.min(longestPause, pause * 1.5);
    };
    const reconnect = () => {
      pause = firstPause;
      void verify();
    };
    timer = setTimeout(verify, pause);
    addEventListener('online', reconnect);
    return () => {
      left = true;
      clearTimeout(timer);
      removeEventListener('online', reconnect);
    };
  }, [isPresumed, url, anonKey]);

  // The same function as long as it is the same backend: what depends on it is read again when it changes.
  const backend = useCallback(() => browserBackend(url, anonKey), [url, anonKey]);
  const value = useMemo<SessionValue>(
    () => ({
      state,
      settings: { url, anonKey },
      backend,
      async signOut(dashboard, pending) {
        if (!('user' in state)) return;
        await signOut({ project: url, backend: backend(), dashboard, pending });
        setState({ status: 'signed-out' });
      },
    }),
    [state, url, anonKey, backend],
  );
  return <SessionContext value={value}>{children}</SessionContext>;
}

/** A refreshed token of the same user is not news to the screens: they ask for the token when they need it. */
function nextState(
  previous: SessionState,
  session: Session | null,
  presumed: PresumedUser | null,
): SessionState {
  if (!session) {
    if (!presumed) return { status: 'signed-out' };
    return 'user' in previous && previous.user.id === presumed.id
      ? previous
      : { status: 'presumed', user: presumed };
  }
  if (previous.status === 'signed-in' && previous.user.id === session.user.id) return previous;
  return { status: 'signed-in', user: { id: session.user.id, email: session.user.email ?? '' } };
}

export function useSession(): SessionValue {
  const value = use(SessionContext);
  if (!value) throw new Error('useSession needs a SessionProvider above it.');
  return value;
}
