import type { Dashboard } from './dashboard.js';
import type { DashboardError } from './errors.js';
import type { ConnectionState } from './subscriptions.js';

/** The connection as a component sees it. */
export interface Connection {
  /** Whether the socket is open. */
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

/** The store of a dashboard's connection; without a dashboard it stays idle. */
export function connectionStore(dashboard: Dashboard | null): ConnectionStore {
  if (!dashboard) return { subscribe: () => () => {}, getSnapshot: () => IDLE };
  const { realtime } = dashboard;
  let error: DashboardError | null = null;
  // A component may mount while the connection is open: its first render says so.
  let snapshot = snapshotOf(realtime.getConnectionState(), error);
  const refresh = (listener: () => void) => {
    const state = realtime.getConnectionState();
    if (state === 'connected') error = null;
    if (snapshot.state === state && snapshot.error === error) return;
    snapshot = snapshotOf(state, error);
    listener();
  };
  return {
    subscribe(listener) {
      const ends = [
        realtime.onConnectionState(() => refresh(listener)),
        realtime.on('error', (failure) => {
          if (failure.id === undefined) error = failure.error;
          refresh(listener);
        }),
      ];
      refresh(listener);
      return () => {
        for (const end of ends) end();
      };
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
