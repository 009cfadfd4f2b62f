import { useContext, useEffect, useId, useRef, useState } from 'react';
import { copied } from '../arguments.js';
import type { Dashboard } from '../dashboard.js';
import type { DashboardError } from '../errors.js';
import type { PresenceState } from '../messages.js';
import type { PresenceSubscription } from '../options/subscription.js';
import { complain } from './complain.js';
import { textOf } from './identity.js';
import { useLatest } from './latest.js';
import { Context } from './provided.js';
import { type SubscriptionState, useSubscribed } from './subscription.js';
import { enter, type Tracking } from './tracking.js';

/** Options of {@link usePresence}. */
export interface UsePresenceOptions<State>
  extends Pick<PresenceSubscription<State>, 'channel' | 'private' | 'onError'> {
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

/** How many users there have been. */
function useUsers(dashboard: Dashboard | null): number {
  const [users, setUsers] = useState(0);
  useEffect(
    () => dashboard?.realtime.on('user-changed', () => setUsers((former) => former + 1)),
    [dashboard],
  );
  return users;
}
