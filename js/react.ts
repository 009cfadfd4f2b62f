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
import { copied } from './arguments.js';
import { createDashboard, type Dashboard } from './dashboard.js';
import { type DashboardError, toError } from './errors.js';
import { type Connection, connectionStore, getServerConnection } from './store.js';
import type {
  PresenceState,
  PresenceSubscription,
  SubscriptionOptions,
  SubscriptionStatus,
} from './subscriptions.js';
import { enter, type Tracking } from './tracking.js';
import type { DashboardOptions } from './types.js';

interface Provided {
  dashboard: Dashboard | null;
  error: DashboardError | null;
}

const Context = createContext<Provided>({ dashboard: null, error: null });

/** Props of {@link DashboardProvider}. */
export interface DashboardProviderProps {
  /**
   * As for `createDashboard`. A new dashboard is made when `url`, `key`, `supabase` or `wasmUrl` change, and when
   * `onLog`, `onTraffic` or an `accessToken` function comes or goes. These functions are always called in their latest
   * form; another `accessToken` that is no function is set at once.
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
  const { url, key, supabase, place, token, functions } = parts(options);
  /** The token that the dashboard has, if it is no function's. */
  const set = useRef<unknown>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what makes a dashboard another one
  useEffect(() => {
    let left = false;
    let made: Dashboard | undefined;
    set.current = token;
    const make = async () => createDashboard(followed(latest));
    make().then(
      (dashboard) => {
        made = dashboard;
        // It listens from now on: a failure is told once, and a component may mount after that.
        connectionStore(dashboard);
        if (left) void dashboard.close();
        else setProvided({ dashboard, error: null });
      },
      (thrown: unknown) => {
        if (left) return;
        const error = toError(thrown);
        complain(error);
        setProvided({ dashboard: null, error });
      },
    );
    return () => {
      left = true;
      setProvided({ dashboard: null, error: null });
      void made?.close();
    };
  }, [url, key, supabase, place, functions]);
  const { dashboard } = provided;
  useEffect(() => {
    if (!dashboard || typeof token === 'function' || token === set.current) return;
    set.current = token;
    const tell = (error: DashboardError | null) =>
      setProvided((former) => (former.dashboard === dashboard ? { dashboard, error } : former));
    dashboard.realtime.setAuth((token ?? null) as string | null).then(
      () => tell(null),
      (error: DashboardError) => {
        complain(error);
        tell(error);
      },
    );
  }, [dashboard, token]);
  return createElement(Context.Provider, { value: provided }, children);
}

/** What of the options makes a dashboard another one, and the token. What cannot be read is for `createDashboard` to refuse. */
function parts(
  options: DashboardOptions,
): Record<'url' | 'key' | 'supabase' | 'token' | 'place' | 'functions', unknown> {
  try {
    const { url, key, supabase, wasmUrl, accessToken: token, onLog, onTraffic } = Object(options) as Given;
    const place = wasmUrl === undefined ? undefined : String(wasmUrl);
    const functions = [token, onLog, onTraffic].map((value) => typeof value === 'function').join();
    return { url, key, supabase, token, place, functions };
  } catch {
    return { url: null, key: null, supabase: null, token: null, place: null, functions: null };
  }
}

type Given = Partial<Record<keyof DashboardOptions | 'supabase', unknown>>;

/** The options, with their functions as they are when they are called. */
function followed(latest: { readonly current: DashboardOptions }): DashboardOptions {
  const options = copied('DashboardProvider', latest.current);
  const { accessToken, onLog, onTraffic } = options;
  return {
    ...options,
    ...(typeof accessToken === 'function' && {
      accessToken: () => {
        const source = latest.current.accessToken;
        return typeof source === 'function' ? source() : (source ?? null);
      },
    }),
    ...(typeof onLog === 'function' && { onLog: (entry) => latest.current.onLog?.(entry) }),
    ...(typeof onTraffic === 'function' && { onTraffic: (frame) => latest.current.onTraffic?.(frame) }),
  } as DashboardOptions;
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
  return useSubscribed('useSubscription', useId(), options);
}

/** A subscription for as long as the component is there. */
function useSubscribed(of: string, id: string, options: SubscriptionOptions | null): SubscriptionState {
  const { dashboard } = useContext(Context);
  const latest = useLatest(options);
  const [state, setState] = useState<SubscriptionState>(IDLE);
  const [attempt, setAttempt] = useState(0);
  const identity = options === null ? null : textOf(options);
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
    let told: DashboardError | undefined;
    // Equal options mean the same kind of message, whichever render's callback takes it.
    const callbacks = {
      onData: guarded((message: unknown) => (latest.current?.onData as TakesAny | undefined)?.(message)),
      onContinuity: guarded((continuity) => latest.current?.onContinuity?.(continuity)),
      onSystem: guarded((message) => latest.current?.onSystem?.(message)),
      onStatus: guarded((status) => {
        isGivenUp = status === 'failed';
        setState((former) => ({ status, error: status === 'live' ? null : former.error }));
        latest.current?.onStatus?.(status);
      }),
      onError: guarded((error) => {
        told = error;
        setState((former) => ({ ...former, error }));
        latest.current?.onError?.(error);
      }),
    } satisfies Partial<SubscriptionOptions>;
    const subscribe = async () =>
      dashboard.realtime.subscribe(id, withCallbacks(copied(of, wanted), callbacks));
    subscribe().catch(
      guarded((thrown: unknown) => {
        const error = toError(thrown);
        // Ended from elsewhere: `closed` is its status already, and no failure.
        if (error.code === 'unsubscribed') return;
        setState({ status: 'failed', error });
        if (error === told) return;
        complain(error);
        if (typeof latest.current?.onError === 'function') latest.current.onError(error);
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
  return state;
}

/** The options with these in the place of their callbacks; what is no function stays, to be refused by its name. */
function withCallbacks(
  options: SubscriptionOptions,
  callbacks: Partial<SubscriptionOptions>,
): SubscriptionOptions {
  const given = options as unknown as Record<string, unknown>;
  const taken = Object.entries(callbacks).filter(([name]) =>
    ['undefined', 'function'].includes(typeof given[name]),
  );
  return { ...options, ...Object.fromEntries(taken) } as SubscriptionOptions;
}

/** Options of {@link usePresence}. */
export interface UsePresenceOptions<State> {
  /** The topic, without the `realtime:` prefix: 1 to 220 bytes of UTF-8. */
  channel: string;
  /** Join privately, authorized by the policies on `realtime.messages`. Default `false`. */
  private?: boolean;
  /**
   * The name under which this client is tracked: one a channel and page. Default: the one that another component of the
   * page gives for the channel; if none does, one made of the component's place, which is the same for everybody who has
   * the page open. Give the user's id to tell people apart.
   */
  presenceKey?: string;
  /**
   * What is tracked while the component is on the page; another value replaces it. Default: nothing, one only watches.
   * Several components that track on one channel must give the same: any other state is a `topic_conflict`.
   */
  state?: State | null;
  /** Called for an error, as of a subscription. */
  onError?: (error: DashboardError) => void;
}

/** What {@link usePresence} gives. */
export interface PresenceResult<State> extends SubscriptionState {
  /** Who is there, by presence key. */
  presences: PresenceState<State>;
}

const NOBODY: PresenceState<never> = Object.create(null);

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
  const id = useId();
  const [presences, setPresences] = useState<PresenceState<State>>(NOBODY);
  const [untracked, setUntracked] = useState<DashboardError | null>(null);
  const given = options === null ? null : readable(options);
  const onError = useLatest(given?.onError);
  const tracking = useRef<Tracking>(undefined);
  // What cannot be read is refused where it is subscribed with.
  const subscription = given
    ? presenceOf(given, setPresences)
    : (options as PresenceSubscription<State> | null);
  const identity = textOf(subscription);
  const place = textOf([given?.channel, given?.private === true]);
  // Every field of a state counts, whatever its name.
  const tracked = given?.state == null ? null : textOf(given.state, (_, value) => value);
  const users = useUsers(dashboard);
  const isTracked = tracked !== null;
  // Before the subscription, so that another component of the page has taken over when that ends.
  useEffect(() => {
    if (!dashboard || !isTracked) return undefined;
    const tell = (error: DashboardError | null) => {
      setUntracked(error);
      if (error === null) return;
      complain(error);
      onError.current?.(error);
    };
    const entered = enter(dashboard, place, { id, tell });
    tracking.current = entered;
    return () => {
      entered.leave();
      setUntracked(null);
    };
  }, [dashboard, id, place, isTracked, onError]);
  const result = useSubscribed('usePresence', id, subscription);
  const isOn = ['joining', 'live', 'reconnecting'].includes(result.status);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the state's text counts, another place has another tracking, and as another user it has to be said again
  useEffect(() => {
    const state = given?.state;
    tracking.current?.offer(isOn && state != null && isTracked ? { state, text: tracked } : undefined);
  }, [dashboard, id, isOn, identity, tracked, users]);
  // Not between two states: others are to see an update, not a leave and a join. The subscription's end untracks by
  // itself.
  useEffect(() => {
    if (!dashboard || !isTracked) return undefined;
    return () => {
      if (!tracking.current?.isShared()) dashboard.realtime.untrack(id).catch(() => undefined);
    };
  }, [dashboard, id, isTracked]);
  // Who was on another channel is not on this one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change of these that counts
  useEffect(() => () => setPresences(NOBODY), [dashboard, id, identity]);
  return { ...result, error: result.error ?? untracked, presences: subscription ? presences : NOBODY };
}

function readable<Options>(options: Options): Options | undefined {
  try {
    return copied('usePresence', options);
  } catch {
    return undefined;
  }
}

/** The subscription of a hook. Options that it does not know go to the module, which names them. */
function presenceOf<State extends Record<string, unknown>>(
  options: UsePresenceOptions<State>,
  show: (state: PresenceState<State>) => void,
): PresenceSubscription<State> {
  const { presenceKey, state: _, ...others } = options;
  return {
    ...others,
    presence: presenceKey === undefined ? true : { key: presenceKey },
    onData: (event) => {
      if (event.type === 'sync') show(event.state);
    },
  };
}

type Replacer = (name: string, value: unknown) => unknown;

/** A text that is another if the options are; what cannot be read has one of its own. */
function textOf(options: unknown, replacer: Replacer = ofIdentity): string {
  try {
    return JSON.stringify(options, replacer) ?? 'undefined';
  } catch {
    return 'unreadable';
  }
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

/** Bundlers put a text in the place of `process.env.NODE_ENV`; elsewhere there is no `process`. */
declare const process: { env: { NODE_ENV?: string } };

/** Tells the developer of a wrong option, or of a dashboard that could not be made, where a bundler says that there is one. */
function complain(error: DashboardError): void {
  try {
    if (process.env.NODE_ENV === 'production') return;
  } catch {
    return;
  }
  console.error(error);
}
