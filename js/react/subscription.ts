import { useContext, useEffect, useId, useState } from 'react';
import { copied } from '../arguments.js';
import { report } from '../emitter.js';
import { type DashboardError, toError } from '../errors.js';
import type { SubscriptionStatus } from '../messages.js';
import type { SubscriptionOptions } from '../options/subscription.js';
import { complain } from './complain.js';
import { textOf } from './identity.js';
import { useLatest } from './latest.js';
import { Context } from './provided.js';

type TakesAny = (message: unknown) => void;

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
export function useSubscribed(
  of: string,
  id: string,
  options: SubscriptionOptions | null,
): SubscriptionState {
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
        const onError = readOnError(latest.current);
        if (typeof onError === 'function') report(() => onError(error));
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

/** What is told of wrong options, unless they are such as cannot be read. */
function readOnError(options: SubscriptionOptions | null): SubscriptionOptions['onError'] {
  try {
    return options?.onError;
  } catch {
    return undefined;
  }
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
