import { useContext, useMemo, useSyncExternalStore } from 'react';
import { Context } from './provided.js';
import { type Connection, connectionStore, getServerConnection } from './store.js';

/**
 * The connection's state; the component renders again when it changes.
 *
 * @example
 * ```tsx
 * const { connected } = useConnection();
 * return <p role="status">{connected ? 'Connected' : 'Disconnected'}</p>;
 * ```
 *
 * @example
 * How the tab stands among the user's others, of which one holds the connection:
 * ```tsx
 * const { role, tabs, leader, heartbeats, roundTripMs } = useConnection();
 * const holder = role === 'following' ? 'another tab' : 'this tab';
 * return (
 *   <p>
 *     {tabs} tabs, connected by {leader === 'silent' ? 'a tab that hangs' : holder}; {roundTripMs ?? '–'} ms
 *     {heartbeats === 'page' && ', late while that tab is hidden'}
 *   </p>
 * );
 * ```
 */
export function useConnection(): Connection {
  const { dashboard, error } = useContext(Context);
  const store = useMemo(() => connectionStore(dashboard), [dashboard]);
  const connection = useSyncExternalStore(store.subscribe, store.getSnapshot, getServerConnection);
  return useMemo(() => (error ? { ...connection, error } : connection), [connection, error]);
}
