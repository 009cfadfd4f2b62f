import type { Dashboard } from '../dashboard.js';
import type { DashboardError } from '../errors.js';
import type { ConnectionState, TabRole, Tabs } from '../messages.js';

/** The connection as a component sees it. */
export interface Connection {
  /** Whether the connection is up. */
  connected: boolean;
  /** `idle` before the first subscription, then what the socket does. */
  state: ConnectionState;
  /** Why the last attempt failed; `null` once connected. */
  error: DashboardError | null;
  /** Who holds it: this tab (`leading`, or `alone` for itself), another (`following`), none at the moment (`waiting`). */
  role: TabRole;
  /** How many tabs share it. */
  tabs: number;
}

const IDLE: Connection = { connected: false, state: 'idle', error: null, role: 'alone', tabs: 1 };

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
  const now = () => snapshotOf(realtime.getConnectionState(), error, realtime.getTabs());
  let snapshot = now();
  const refresh = () => {
    const state = realtime.getConnectionState();
    if (state === 'connected') error = null;
    const next = now();
    if (isSame(snapshot, next)) return;
    snapshot = next;
    for (const listener of [...listeners]) listener();
  };
  realtime.onConnectionState(refresh);
  realtime.on('tabs', refresh);
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

function snapshotOf(state: ConnectionState, error: DashboardError | null, { role, tabs }: Tabs): Connection {
  return { connected: state === 'connected', state, error, role, tabs };
}

function isSame(one: Connection, other: Connection): boolean {
  return (
    one.state === other.state &&
    one.error === other.error &&
    one.role === other.role &&
    one.tabs === other.tabs
  );
}

/** The store's content on a server. */
export function getServerConnection(): Connection {
  return IDLE;
}
