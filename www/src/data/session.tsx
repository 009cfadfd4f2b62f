'use client';

import type { Session } from '@supabase/supabase-js';
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react';
import { type Backend, browserBackend } from './supabase';

export interface BackendSettings {
  url: string;
  anonKey: string;
}

type SessionState =
  | { status: 'loading'; session: null }
  | { status: 'signed-out'; session: null }
  | { status: 'signed-in'; session: Session };

interface SessionValue {
  state: SessionState;
  settings: BackendSettings;
  /** The backend, for use in effects and handlers: on the server there is none. */
  backend: () => Backend;
}

const SessionContext = createContext<SessionValue | null>(null);

/** Holds who is signed in. The browser finds out and follows it, so the server always renders `loading`. */
export function SessionProvider({ settings, children }: { settings: BackendSettings; children: ReactNode }) {
  const { url, anonKey } = settings;
  const [state, setState] = useState<SessionState>({ status: 'loading', session: null });

  useEffect(() => {
    const { data } = browserBackend(url, anonKey).auth.onAuthStateChange((_event, session) => {
      setState((previous) => nextState(previous, session));
    });
    return () => data.subscription.unsubscribe();
  }, [url, anonKey]);

  const value = useMemo<SessionValue>(
    () => ({ state, settings: { url, anonKey }, backend: () => browserBackend(url, anonKey) }),
    [state, url, anonKey],
  );
  return <SessionContext value={value}>{children}</SessionContext>;
}

/** A refreshed token of the same user is not news to the screens: they ask for the token when they need it. */
function nextState(previous: SessionState, session: Session | null): SessionState {
  if (!session) return { status: 'signed-out', session: null };
  if (previous.session?.user.id === session.user.id) return previous;
  return { status: 'signed-in', session };
}

export function useSession(): SessionValue {
  const value = use(SessionContext);
  if (!value) throw new Error('useSession needs a SessionProvider above it.');
  return value;
}
