'use client';

import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { createDashboard, type Dashboard } from './dashboard.js';
import { DashboardError } from './errors.js';
import { type Connection, connectionStore, getServerConnection } from './store.js';
import type {
  PresenceState,
  PresenceSubscription,
  SubscriptionOptions,
  SubscriptionStatus,
} from './subscriptions.js';
import type { DashboardOptions } from './types.js';

interface Provided {
  dashboard: Dashboard | null;
  error: DashboardError | null;
}

const Context = createContext<Provided>({ dashboard: null, error: null });

/** Props of {@link DashboardProvider}. */
export interface DashboardProviderProps {
  /**
   * As for `createDashboard`. A new dashboard is made when `url`, `key`, `supabase` or `wasmUrl` change; `accessToken`,
   * if it is a function, is always asked in its latest form.
   */
  options: DashboardOptions;
  children?: ReactNode;
}

/**
 * Makes one dashboard for all components below it, and closes it when it leaves the page.
 *
 * @example
 * ```tsx
 * <DashboardProvider options={{ url, key, accessToken: () => session?.access_token ?? null }}>
 *   <Feed />
 * </DashboardProvider>
 * ```
 */
export function DashboardProvider({ options, children }: DashboardProviderProps): ReactElement {
  const [provided, setProvided] = useState<Provided>({ dashboard: null, error: null });
  const latest = useLatest(options);
  const wasmUrl = options.wasmUrl === undefined ? undefined : String(options.wasmUrl);
  const { url, key } = options;
  const supabase = 'supabase' in options ? options.supabase : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what makes a dashboard another one
  useEffect(() => {
    let left = false;
    let made: Dashboard | undefined;
    const { accessToken } = latest.current;
    const asked =
      typeof accessToken === 'function'
        ? {
            accessToken: () => {
              const source = latest.current.accessToken;
              return typeof source === 'function' ? source() : (source ?? null);
            },
          }
        : {};
    createDashboard({ ...latest.current, ...asked } as DashboardOptions).then(
      (dashboard) => {
        made = dashboard;
        if (left) void dashboard.close();
        else setProvided({ dashboard, error: null });
      },
      (error: unknown) => {
        if (!left) setProvided({ dashboard: null, error: asDashboardError(error) });
      },
    );
    return () => {
      left = true;
      setProvided({ dashboard: null, error: null });
      void made?.close();
    };
  }, [url, key, supabase, wasmUrl]);
  return createElement(Context.Provider, { value: provided }, children);
}

/** The dashboard, or `null` on a server and until the module is loaded. */
export function useDashboard(): Dashboard | null {
  return useContext(Context).dashboard;
}

/**
 * The connection's state; the component renders again when it changes.
 *
 * @example
 * ```tsx
 * const { connected } = useConnection();
 * return <p role="status">{connected ? 'Connected' : 'Disconnected'}</p>;
 * ```
 */
export function useConnection(): Connection {
  const { dashboard, error } = useContext(Context);
  const store = useMemo(() => connectionStore(dashboard), [dashboard]);
  const connection = useSyncExternalStore(store.subscribe, store.getSnapshot, getServerConnection);
  return useMemo(() => (error ? { ...connection, error } : connection), [connection, error]);
}

/** What {@link useSubscription} gives. */
export interface SubscriptionState {
  /** `idle` while there is nothing to subscribe or nothing to subscribe with. */
  status: SubscriptionStatus | 'idle';
  /** The last error; `null` once live. */
  error: DashboardError | null;
}

const IDLE: SubscriptionState = { status: 'idle', error: null };

/**
 * Subscribes while the component is on the page; `null` for nothing. Callbacks may be new at each render: only other
 * options make another subscription.
 *
 * @example
 * ```tsx
 * const { status } = useSubscription({
 *   channel: 'activity',
 *   table: 'activity',
 *   filter: `supplier_id=eq.${supplierId}`,
 *   onData: (change) => add(change.record),
 *   onContinuity: () => refetch(),
 * });
 * ```
 */
// Apart from the nullable form, so that a callback's parameter has its type without being told.
export function useSubscription(options: SubscriptionOptions): SubscriptionState;
export function useSubscription(options: SubscriptionOptions | null): SubscriptionState;
export function useSubscription(options: SubscriptionOptions | null): SubscriptionState {
  return useSubscribed(options).state;
}

/** A subscription for as long as the component is there, with the id that it has. */
function useSubscribed(options: SubscriptionOptions | null): { id: string; state: SubscriptionState } {
  const { dashboard } = useContext(Context);
  const id = useId();
  const latest = useLatest(options);
  const [state, setState] = useState<SubscriptionState>(IDLE);
  const [attempt, setAttempt] = useState(0);
  const identity = options === null ? null : JSON.stringify(options, ofIdentity);
  // biome-ignore lint/correctness/useExhaustiveDependencies: callbacks are read at each call, through `latest`
  useEffect(() => {
    const wanted = latest.current;
    if (!dashboard || wanted === null) return undefined;
    let left = false;
    let isGivenUp = false;
    const guarded = <Arguments extends unknown[]>(call: (...values: Arguments) => void) => {
      return (...values: Arguments) => {
        if (!left) call(...values);
      };
    };
    const subscribed: SubscriptionOptions = {
      ...wanted,
      // Equal options mean the same kind of message, whichever render's callback takes it.
      onData: guarded((message: unknown) => (latest.current?.onData as TakesAny | undefined)?.(message)),
      onContinuity: guarded((continuity) => latest.current?.onContinuity?.(continuity)),
      onStatus: guarded((status) => {
        isGivenUp = status === 'failed';
        setState((former) => ({ status, error: status === 'live' ? null : former.error }));
        latest.current?.onStatus?.(status);
      }),
      onError: guarded((error) => {
        setState((former) => ({ ...former, error }));
        latest.current?.onError?.(error);
      }),
    };
    dashboard.realtime.subscribe(id, subscribed).catch(
      guarded((thrown: unknown) => {
        const error = asDashboardError(thrown);
        // Ended from elsewhere: `closed` is its status already, and no failure.
        if (error.code !== 'unsubscribed') setState({ status: 'failed', error });
      }),
    );
    // What one user was refused another may have: mounted before sign-in, it comes to live with it.
    const unlisten = dashboard.realtime.on('user-changed', () => {
      if (isGivenUp && wanted.autoReconnect !== false) setAttempt((former) => former + 1);
    });
    return () => {
      left = true;
      unlisten();
      setState(IDLE);
      void dashboard.realtime.unsubscribe(id);
    };
  }, [dashboard, id, identity, attempt]);
  return { id, state };
}

/** Options of {@link usePresence}. */
export interface UsePresenceOptions<State> {
  /** The topic, without the `realtime:` prefix: 1 to 220 bytes of UTF-8. */
  channel: string;
  /** Join privately, authorized by the policies on `realtime.messages`. Default `false`. */
  private?: boolean;
  /**
   * The name under which this client is tracked. Default: one of the component's own, which is the same for everybody who
   * has the page open: give the user's id to tell people apart.
   */
  presenceKey?: string;
  /** What is tracked while the component is on the page; another value replaces it. Default: nothing, one only watches. */
  state?: State | null;
}

/** What {@link usePresence} gives. */
export interface PresenceResult<State> extends SubscriptionState {
  /** Who is there, by presence key. */
  presences: PresenceState<State>;
}

const NOBODY: PresenceState<never> = {};

/**
 * Who is on a channel; the component renders again when that changes. `null` for nothing.
 *
 * @example
 * ```tsx
 * const { presences } = usePresence({ channel: `supplier:${id}`, presenceKey: userId, state: { name } });
 * return <p>{Object.keys(presences).length} here</p>;
 * ```
 */
export function usePresence<State extends Record<string, unknown>>(
  options: UsePresenceOptions<State> | null,
): PresenceResult<State> {
  const { dashboard } = useContext(Context);
  const [presences, setPresences] = useState<PresenceState<State>>(NOBODY);
  const subscription: PresenceSubscription<State> | null = options && {
    channel: options.channel,
    private: options.private ?? false,
    presence: options.presenceKey === undefined ? true : { key: options.presenceKey },
    onData: (event) => {
      if (event.type === 'sync') setPresences(event.state);
    },
  };
  const { id, state: result } = useSubscribed(subscription);
  const isOn = ['joining', 'live', 'reconnecting'].includes(result.status);
  const place = JSON.stringify(subscription);
  const tracked = options?.state == null ? null : JSON.stringify(options.state);
  const users = useUsers(dashboard);
  // biome-ignore lint/correctness/useExhaustiveDependencies: on another channel, and as another user, it has to be said again
  useEffect(() => {
    if (!dashboard || !isOn || tracked === null) return undefined;
    // The core says it again after each reconnection; what it could not say is told by the subscription's own error.
    dashboard.realtime.track(id, JSON.parse(tracked)).catch(() => undefined);
    return undefined;
  }, [dashboard, id, isOn, place, tracked, users]);
  const isTracked = tracked !== null;
  // Not between two states: others are to see an update, not a leave and a join. The subscription's end untracks by
  // itself.
  useEffect(() => {
    if (!dashboard || !isTracked) return undefined;
    return () => {
      dashboard.realtime.untrack(id).catch(() => undefined);
    };
  }, [dashboard, id, isTracked]);
  // Who was on another channel is not on this one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change of these that counts
  useEffect(() => () => setPresences(NOBODY), [dashboard, id, place]);
  return { ...result, presences: subscription ? presences : NOBODY };
}

/** How many users there have been. */
function useUsers(dashboard: Dashboard | null): number {
  const [users, setUsers] = useState(0);
  useEffect(
    () => dashboard?.realtime.on('user-changed', () => setUsers((former) => former + 1)),
    [dashboard],
  );
  return users;
}

/**
 * What makes options others. A replay's `since` does not: reckoned at each render it would be another in each. A filter
 * may compare with a bigint, of which JSON knows nothing.
 */
function ofIdentity(name: string, value: unknown): unknown {
  if (name === 'since') return undefined;
  return typeof value === 'bigint' ? String(value) : value;
}

type TakesAny = (message: unknown) => void;

/** The value of the latest render, for callbacks that run after it. */
function useLatest<Value>(value: Value): { readonly current: Value } {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}

function asDashboardError(error: unknown): DashboardError {
  if (error instanceof DashboardError) return error;
  return new DashboardError('unexpected', 'Something failed that should not have. Please report it.', {
    cause: error,
  });
}
