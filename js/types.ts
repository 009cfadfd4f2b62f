import type { DashboardError } from './errors.js';
import type {
  Continuity,
  PresenceEvent,
  PresenceState,
  SubscriptionStatus,
  SystemMessage,
} from './subscriptions.js';

/** A token source: the user's access token (a JWT), or `null` for the anonymous role. */
export type AccessToken = string | null | (() => string | null | Promise<string | null>);

/** Options of {@link RealtimeSubscriptionManager}. */
export interface RealtimeOptions {
  /** Project URL, for example `https://<ref>.supabase.co`. `http`, `https`, `ws` and `wss` are taken. */
  url: string;
  /** The project's publishable (anon) key. A secret key, or the service role's, is refused. */
  key: string;
  /**
   * The user's access token of at most 100,000 bytes, or a function that returns the current one. A secret key is refused.
   * Asked before the first join of each connection, ahead of the token's end, and again when the server refuses it.
   * Default: none, the key's own role.
   */
  accessToken?: AccessToken;
  /**
   * Milliseconds between heartbeats, 1,000 to 50,000 (the server closes a socket after 60,000 of silence). Default: 25,000,
   * and 5,000 while the page is visible and the server says nothing. One that is given counts for both.
   */
  heartbeatIntervalMs?: number;
  /**
   * Milliseconds the server may take to answer a join. Default 15,000; 5,000 more for each other join under way, up to
   * 30,000, because a refused join silences the server for that long.
   */
  joinTimeoutMs?: number;
  /** Milliseconds a socket may take to open. Default 10,000. */
  connectTimeoutMs?: number;
  /** Base of the exponential backoff between connection attempts, in milliseconds. Default 1,000. */
  reconnectBaseMs?: number;
  /** Cap of that backoff, in milliseconds. Default 30,000. */
  reconnectCapMs?: number;
  /**
   * How the delays of that backoff are drawn below their ceiling E. `spaced`: the first between 0 and E, all others
   * between E/2 and E, where E grows by half each time. Where E doubles each time: `full` between 0 and E, `equal` between
   * E/2 and E. `decorrelated`: between the base and three times the last delay. Default `spaced`: after a restart of the
   * server it brings a client back soonest.
   */
  jitter?: 'spaced' | 'full' | 'equal' | 'decorrelated';
  /** The version of the protocol. Default `2.0.0`; `1.0.0` is for servers that have no other, and has no bytes. */
  vsn?: '1.0.0' | '2.0.0';
  /**
   * Joins a second, and as many at once. 1 to 10,000; default 50. A project's limit counts those of all its users
   * together: 100 a second on the free plan.
   */
  joinsPerSecond?: number;
  /** Milliseconds the server may take to answer a broadcast with `ack`, and what is tracked. Default 10,000. */
  pushTimeoutMs?: number;
  /** Milliseconds that `httpSend` may take. Default 10,000. */
  httpTimeoutMs?: number;
  /** Milliseconds that an open socket is kept while nobody is subscribed. Default 10,000. */
  disconnectWhenIdleMs?: number;
  /**
   * Told what the client does: joins, losses, what it makes of them. Never a token. As `onTraffic` called in order, once the
   * client has done what it is doing: it may call anything.
   */
  onLog?: (entry: LogEntry) => void;
  /**
   * Shown every frame, for debugging; costs nothing when it is not given. Tokens in text are replaced by `[redacted]`.
   */
  onTraffic?: (frame: TrafficFrame) => void;
}

/** One thing that the client did, or that happened to it. */
export interface LogEntry {
  level: 'debug' | 'info' | 'warn';
  /** What happened: `connect`, `connected`, `closed`, `join`, `live`, `down`, `token`, `suspended`. */
  event: string;
  /** The topic on the wire, if one is meant. */
  topic?: string;
  /** The close code of `closed`. */
  number?: number;
  /** The server's words, if it gave any. */
  detail?: string;
}

/** A frame on the wire. */
export interface TrafficFrame {
  direction: 'in' | 'out';
  /** A text frame with its tokens redacted, or a binary one. */
  data: string | ArrayBuffer;
}

/** The part of a supabase-js session that is read. */
export interface SupabaseSession {
  access_token: string;
}

/** The part of a supabase-js client (version 2, of any schema) that is used. */
export interface SupabaseClientLike {
  auth: {
    getSession(): Promise<{ data: { session: SupabaseSession | null }; error?: unknown }>;
    onAuthStateChange(listener: (event: string, session: SupabaseSession | null) => void): {
      data: { subscription: { unsubscribe(): void } };
    };
  };
}

/** Options of a manager that takes its session, and its project, from a supabase-js client. */
export interface SupabaseRealtimeOptions extends Omit<RealtimeOptions, 'url' | 'key' | 'accessToken'> {
  /**
   * The application's own supabase-js client. Its session is asked for the access token where one is needed, and followed:
   * a new token (sign-in, refresh, update of the user) goes to all channels at once, signing out leaves them the key's own
   * role. A client that was made with supabase-js's own `accessToken` option has no session: that function is asked.
   */
  supabase: SupabaseClientLike;
  /** Default: the client's own. */
  url?: string;
  /** Default: the client's own. */
  key?: string;
  accessToken?: undefined;
}

/** Options of `createDashboard`: the project by `url` and `key`, or by a supabase-js client. */
export type DashboardOptions = (RealtimeOptions | SupabaseRealtimeOptions) & {
  /** Where the WebAssembly file is served from. Default: beside the package's own JavaScript. */
  wasmUrl?: string | URL;
};

/** Options of `init`. */
export interface InitOptions {
  /** Where the WebAssembly file is served from. Default: beside the package's own JavaScript. */
  wasmUrl?: string | URL;
}

/** What `on` can listen to, and what each listener is given. */
export interface RealtimeEvents {
  /** The connection is up. */
  connected: undefined;
  /** The connection is away; the manager goes on trying unless `disconnect()` was called. */
  disconnected: { code: number; reason: string };
  /** A connection attempt failed or a subscription did; `id` is the subscription's, if one is meant. */
  error: { id?: string; error: DashboardError };
  /** A subscription is live again after it was not. */
  continuity: { id: string; continuity: Continuity };
  /**
   * Another user's token is set, the first one's, or none any more. What is subscribed begins anew by itself; what was given
   * up (`failed`) may be subscribed again now, and what was tracked is to be tracked again if it is the new user's too.
   */
  'user-changed': undefined;
  /** Who is on a channel is known, or has changed; `state` is all of them. */
  'presence-sync': { id: string; state: PresenceState };
  /** Somebody has come, gone, or tracks something else. */
  presence: { id: string; event: Exclude<PresenceEvent, { type: 'sync' }> };
  /** The server says something about a subscription's channel. */
  system: { id: string; message: SystemMessage };
  /** A heartbeat went out (`sent`), was answered (`ok`, after `latencyMs`), or was not (`timeout`). */
  heartbeat: { status: 'sent' | 'ok' | 'timeout'; latencyMs?: number };
  /** A subscription has used up its `maxReconnectAttempts`. */
  'max-reconnect-attempts': { id: string };
}

/** Counters since the manager was made, and its latest measurements. */
export interface RealtimeStats {
  /** Frames received. */
  frames: number;
  /** Bytes received (UTF-16 code units of text frames, bytes of binary ones). */
  bytes: number;
  /** Frames that were not the protocol's, dropped. */
  malformed: number;
  /** Data frames that no subscription wanted, dropped. */
  unrouted: number;
  /** Replayed broadcasts that had been delivered before, dropped. */
  duplicates: number;
  /** Messages that `deliver` dropped because a callback did not keep up. */
  dropped: number;
  /** Frames sent. */
  sent: number;
  /** Sockets opened. */
  connections: number;
  /** Sockets opened after the first. */
  reconnects: number;
  /** Joins sent. */
  joins: number;
  /** Joins that the server refused, or did not answer in time. */
  failedJoins: number;
  /** Heartbeats answered. */
  heartbeats: number;
  /** How long the last hundred heartbeats took in milliseconds, by percentile; `null` before the first. */
  roundTripMs: { p50: number | null; p95: number | null; p99: number | null };
  /** How many times something was away and all came to be live again. */
  recoveries: number;
  /** Milliseconds from the last loss until everything was live again; `null` before the first. */
  liveAgainMs: number | null;
  /** The longest of these. */
  longestLiveAgainMs: number | null;
}

/** A subscription as {@link RealtimeSubscriptionManager.getSubscriptions} lists it. */
export interface SubscriptionInfo {
  id: string;
  /** The topic, without the `realtime:` prefix. */
  channel: string;
  status: SubscriptionStatus;
}
