import type { DashboardError } from './errors.js';
import type {
  Continuity,
  PresenceEvent,
  PresenceState,
  SubscriptionStatus,
  SystemMessage,
  Tabs,
} from './messages.js';

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
  /** Another tab holds the connection, another number of tabs shares it, or the tab that holds it is another way. */
  tabs: Tabs;
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
  /** Milliseconds since anything was heard on this tab's socket; `null` while none is open. */
  lastFrameMs: number | null;
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
