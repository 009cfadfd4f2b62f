import * as v from 'valibot';
import type { LogEntry, SupabaseClientLike, TrafficFrame } from '../types.js';
import { checked, type Given, wrong } from './check.js';
import { callback, checkedApart, choice, whole, without } from './kinds.js';
import { keyOf, projectOf } from './project.js';
import { type AccessToken, checkedSource, flawOf } from './token.js';

/** Milliseconds between heartbeats, unless the application says how many. */
const HEARTBEATS = { inVisiblePage: 5_000, otherwise: 25_000 };

const project = {
  /**
   * The project's own URL, for example `https://<ref>.supabase.co`, not a service's (`…/rest/v1`). `http`, `https`, `ws` and
   * `wss` are taken.
   */
  url: checkedApart<string>('a URL'),
  /** The project's publishable (anon) key. A secret key, or the service role's, is refused. */
  key: checkedApart<string>('a string'),
  /**
   * The user's access token of at most 100,000 bytes, or a function that returns the current one. A secret key is refused.
   * Called before the first join of each connection, before the token expires, and again when the server refuses it.
   * Default: none, the role of the key.
   */
  accessToken: v.optional(
    v.custom<AccessToken>(
      (given) => given === null || typeof given === 'function' || flawOf(given) === undefined,
      ({ input }) => `a user's token, a function that returns one, or null. It is ${flawOf(input)}`,
    ),
  ),
};

const fromClient = {
  /**
   * The application's supabase-js client, in place of `url`, `key` and `accessToken`. The manager follows its session: a new
   * token (sign-in, refresh, update of the user) applies to all channels at once, and signing out leaves the role of the key.
   * A client that was created with supabase-js's own `accessToken` option has no session: that function is called. Default:
   * none.
   */
  supabase: checkedApart<SupabaseClientLike>('a client of supabase-js, version 2'),
  /** Default: the client's own. */
  url: v.optional(project.url),
  /** Default: the client's own. */
  key: v.optional(project.key),
  accessToken: without('left out with `supabase`'),
};

const behaviour = {
  /** The version of the protocol. `1.0.0` is for servers that support no other, and has no binary payloads. Default `2.0.0`. */
  vsn: v.optional(choice(['1.0.0', '2.0.0']), '2.0.0'),
  /**
   * Milliseconds between heartbeats; the server closes a socket after 60,000 of silence. Default: 25,000, and 5,000 while
   * the page is visible and the server is silent. A value applies to both.
   */
  heartbeatIntervalMs: v.optional(whole(1_000, 50_000)),
  /**
   * Milliseconds the server may take to answer a join, and 5,000 more for each other join under way, up to 30,000, because a
   * refused join silences the server for that long. Default 15,000.
   */
  joinTimeoutMs: v.optional(whole(1_000, 120_000), 15_000),
  /** Milliseconds a socket may take to open. Default 10,000. */
  connectTimeoutMs: v.optional(whole(1_000, 120_000), 10_000),
  /** Milliseconds the server may take to answer a broadcast with `ack`, and what is tracked. Default 10,000. */
  pushTimeoutMs: v.optional(whole(1_000, 120_000), 10_000),
  /** Milliseconds that `httpSend` may take. Default 10,000. */
  httpTimeoutMs: v.optional(whole(1_000, 120_000), 10_000),
  /** Base of the exponential backoff between connection attempts, in milliseconds. Default 1,000. */
  reconnectBaseMs: v.optional(whole(1, 600_000), 1_000),
  /** Cap of that backoff, in milliseconds, at least its base. Default 30,000. */
  reconnectCapMs: v.optional(whole(1, 600_000), 30_000),
  /**
   * How the delays of that backoff are drawn below their ceiling E. `spaced`: the first between 0 and E, all others
   * between E/2 and E, where E grows by half each time. Where E doubles each time: `full` between 0 and E, `equal` between
   * E/2 and E. `decorrelated`: between the base and three times the last delay. After a restart of the server `spaced`
   * reconnects a client soonest. Default `spaced`.
   */
  jitter: v.optional(choice(['spaced', 'full', 'equal', 'decorrelated']), 'spaced'),
  /**
   * Joins per second, and as many at once. Default 50. A project's limit applies to all its users together: 100 per second on
   * the free plan.
   */
  joinsPerSecond: v.optional(whole(1, 10_000), 50),
  /**
   * `shared`: the tabs of a user share one connection, which one of them holds for all; where the browser has no Web Locks
   * or no `BroadcastChannel`, and while it is not known whose tab it is, a tab has its own. `alone`: each tab always has its
   * own. Default `shared`.
   */
  tabs: v.optional(choice(['shared', 'alone']), 'shared'),
  /** Milliseconds that a socket stays open without subscriptions. Default 10,000. */
  disconnectWhenIdleMs: v.optional(whole(0, 3_600_000), 10_000),
  /**
   * Called with each step of the client: joins, losses, decisions. Never with a token. As `onTraffic` it is called in order,
   * after the client has finished the step, and may call anything. Default: none.
   */
  onLog: v.optional(callback<(entry: LogEntry) => void>()),
  /**
   * Called with every frame, for debugging; without it there is no cost. Tokens in text are replaced by `[redacted]`.
   * Default: none.
   */
  onTraffic: v.optional(callback<(frame: TrafficFrame) => void>()),
};

/** Options of {@link RealtimeSubscriptionManager}. */
export interface RealtimeOptions extends Given<typeof project & typeof behaviour> {}

/** Options of a manager that takes its session, and its project, from a supabase-js client. */
export interface SupabaseRealtimeOptions extends Given<typeof fromClient & typeof behaviour> {}

/** Options of a manager, by name. What `supabase` stands for has been put in its place before they are checked. */
export const managerOptions = v.strictObject({
  ...project,
  supabase: v.optional(fromClient.supabase),
  ...behaviour,
});

/** A manager's options as the module takes them. */
export type CheckedManager = ReturnType<typeof checkedManager>;

/**
 * Checks the options of a manager.
 *
 * @throws {DashboardError} `invalid_option`, `unknown_option`, `invalid_url`, `missing_key`.
 */
export function checkedManager(given: unknown) {
  const of = 'RealtimeSubscriptionManager';
  const {
    heartbeatIntervalMs,
    supabase: _,
    url,
    accessToken = null,
    ...options
  } = checked(of, managerOptions, given);
  if (options.reconnectCapMs < options.reconnectBaseMs) {
    throw wrong(of, 'reconnectCapMs', 'at least `reconnectBaseMs`');
  }
  const key = keyOf(of, options.key);
  const { url: projectUrl, socket } = projectOf(url);
  return {
    ...options,
    key,
    projectUrl,
    socketUrl: `${socket}?apikey=${encodeURIComponent(key)}&vsn=${options.vsn}`,
    accessToken: typeof accessToken === 'function' ? checkedSource(accessToken) : accessToken,
    heartbeatIntervalMs: heartbeatIntervalMs ?? HEARTBEATS.otherwise,
    visibleHeartbeatIntervalMs: heartbeatIntervalMs ?? HEARTBEATS.inVisiblePage,
  };
}
