import type { Dashboard } from '../dashboard.js';
import type { DashboardError } from '../errors.js';
import type { ConnectionState } from '../messages.js';

/** The connection as a component sees it. */
export interface Connection {
  /** Whether the connection is up. */
  connected: boolean;
  /** `idle` before the first subscription, then what the socket does. */
  state: ConnectionState;
  /** Why the last attempt failed; `null` once connected. */
  error: DashboardError | null;
}

const IDLE: Connection = { connected: false, state: 'idle', error: null };

/** What `useSyncExternalStore` needs: snapshots whose identity changes only with their content. */
export interface ConnectionStore {
  subscribe: (listener: () => void) => () => void;
  getSnapshot: () => Connection;
}

const NOTHING: ConnectionStore = { subscribe: () => () => {}, getSnapshot: () => IDLE };

const stores = new WeakMap<Dashboard, ConnectionStore>();

/**
 * The one store of a dashboard's connection, which listens from when it is first asked for until the dashboard is closed;
 * without a dashboard it stays idle.
 */
export function connectionStore(dashboard: Dashboard | null): ConnectionStore {
  if (!dashboard) return NOTHING;
  const store = stores.get(dashboard) ?? listen(dashboard);
  stores.set(dashboard, store);
  return store;
}

function listen({ realtime }: Dashboard): ConnectionStore {
  const listeners = new Set<() => void>();
  let error: DashboardError | null = null;
  let snapshot = snapshotOf(realtime.getConnectionState(), error);
  const refresh = () => {
    const state = realtime.getConnectionState();
    if (state === 'connected') error = null;
    if (snapshot.state === state && snapshot.error === error) return;
    snapshot = snapshotOf(state, error);
    for (const listener of [...listeners]) listener();
  };
  realtime.onConnectionState(refresh);
  realtime.on('error', (failure) => {
    if (failure.id === undefined) error = failure.error;
    refresh();
  });
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getSnapshot: () => snapshot,
  };
}

function snapshotOf(state: ConnectionState, error: DashboardError | null): Connection {
  return { connected: state === 'connected', state, error };
}

/** The store's content on a server. */
export function getServerConnection(): Connection {
  return IDLE;
}
