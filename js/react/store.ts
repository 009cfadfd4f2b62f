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
  /**
   * Whether the tab that holds it is heard, where that is another one: `silent` after three seconds without a word, when a tab
   * that somebody sees takes its place. `null` where it is this one.
   */
  leader: Tabs['leader'];
  /** What keeps that tab's time: a `worker`, or the `page`, whose timers are late while nobody sees it. `null`: not known yet. */
  heartbeats: Tabs['heartbeats'];
  /** Milliseconds that the server took to answer the last heartbeat; `null` before the first. */
  roundTripMs: number | null;
}

const IDLE: Connection = {
  connected: false,
  state: 'idle',
  error: null,
  role: 'alone',
  tabs: 1,
  leader: null,
  heartbeats: null,
  roundTripMs: null,
};

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
  realtime.on('heartbeat', refresh);
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

function snapshotOf(state: ConnectionState, error: DashboardError | null, tabs: Tabs): Connection {
  // When it was last heard changes all the time, and nobody is told.
  const { leaderHeardMs: _, ...told } = tabs;
  return { connected: state === 'connected', state, error, ...told };
}

function isSame(one: Connection, other: Connection): boolean {
  const names = Object.keys(one) as (keyof Connection)[];
  return names.every((name) => one[name] === other[name]);
}

/** The store's content on a server. */
export function getServerConnection(): Connection {
  return IDLE;
}
