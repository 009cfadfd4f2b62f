import type { DashboardError } from './errors.js';
import type { Filter, FilterCondition } from './filter.js';
import type { SupabaseRealtimeOptions } from './supabase.js';

/** A token source: the user's access token (a JWT), or `null` for the anonymous role. */
export type AccessToken = string | null | (() => string | null | Promise<string | null>);

/** Options of {@link RealtimeSubscriptionManager}. */
export interface RealtimeOptions {
  /** Project URL, for example `https://<ref>.supabase.co`. `http`, `https`, `ws` and `wss` are taken. */
  url: string;
  /** The project's publishable (anon) key. Never the service role key. */
  key: string;
  /**
   * The user's access token, or a function that returns the current one.
   * Asked before the first join of each connection, ahead of the token's end, and again when the server refuses it.
   * Default: none, the key's own role.
   */
  accessToken?: AccessToken;
  /** Milliseconds between heartbeats. 1,000 to 50,000 (the server closes a socket after 60,000 of silence). Default 25,000. */
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

/** A column of a changed row, with PostgreSQL's name for its type. */
export interface ChangeColumn {
  name: string;
  type: string;
}

/** A row's change, as the server sends it. */
export interface PostgresChange<Row = Record<string, unknown>> {
  type: 'INSERT' | 'UPDATE' | 'DELETE';
  schema: string;
  table: string;
  /** ISO 8601, UTC; `null` where the server could not read the row. */
  commit_timestamp: string | null;
  columns: ChangeColumn[];
  /** `null`, or what the server could not do: `Error 401: Unauthorized`, `Error 413: Payload Too Large`. */
  errors: string[] | null;
  /** The new row; absent on DELETE. */
  record?: Row;
  /** The old row; absent on INSERT, the primary key alone unless the table's replica identity is full. */
  old_record?: Partial<Row>;
}

/** A broadcast, as the server sends it. */
export interface Broadcast<Payload = unknown> {
  type: 'broadcast';
  event: string;
  /** JSON, or an `ArrayBuffer` where the sender sent bytes. */
  payload: Payload;
  /** `id` is set on broadcasts that the database sent. */
  meta?: { id?: string; replayed?: boolean };
}

/**
 * How a subscription came back after its connection was away. `lost`: something may have been missed, read again.
 */
export type Continuity = 'lost';

/** The state of one subscription. */
export type SubscriptionStatus = 'joining' | 'live' | 'reconnecting' | 'failed' | 'closed';

interface SubscriptionCommon {
  /** The topic, without the `realtime:` prefix: 1 to 220 bytes of UTF-8. */
  channel: string;
  /** Join privately, authorized by the policies on `realtime.messages`. Default `false`. */
  private?: boolean;
  /** Join again when the connection or the channel is lost. Default `true`. */
  autoReconnect?: boolean;
  /** Attempts in a row before the subscription fails with `max_reconnect_attempts`. Default: no limit. */
  maxReconnectAttempts?: number;
  /** Called for an error of this subscription; `retryable` says whether it goes on trying by itself. */
  onError?: (error: DashboardError) => void;
  /** Called at each change of state. */
  onStatus?: (status: SubscriptionStatus) => void;
  /** Called each time the subscription is live again after it was not: read what may have been missed. */
  onContinuity?: (continuity: Continuity) => void;
}

/** A subscription to broadcasts of a topic. */
export interface BroadcastSubscription<Payload = unknown> extends SubscriptionCommon {
  /** The event's name; `*` for all. Default `*`. */
  event?: string;
  /** Receive one's own broadcasts too. Default `false`. */
  self?: boolean;
  table?: undefined;
  schema?: undefined;
  filter?: undefined;
  select?: undefined;
  /** Called for each broadcast. */
  onData: (message: Broadcast<Payload>) => void;
}

interface ChangesSubscription<Row> extends SubscriptionCommon {
  /** Which changes. Default `*`. */
  event?: 'INSERT' | 'UPDATE' | 'DELETE' | '*';
  self?: undefined;
  /** Called for each change. */
  onData: (change: PostgresChange<Row>) => void;
}

/** A subscription to the changes of a table. */
export interface TableSubscription<Row = Record<string, unknown>> extends ChangesSubscription<Row> {
  table: string;
  /** Default `public`. */
  schema?: string;
  /**
   * Conditions that a row must all meet: made by `filter()`, which quotes values and knows the columns' types, or a
   * string `column=operator.value`, as `supplier_id=eq.7`, in the server's own grammar. Default: none, every row.
   */
  filter?: string | Filter<Row> | readonly FilterCondition[];
  /** The columns that a change carries: 1 to 1,000 names of one table's. Default: all. */
  select?: readonly (keyof Row & string)[];
}

/** A subscription to the changes of all published tables of a schema. */
export interface SchemaSubscription<Row = Record<string, unknown>> extends ChangesSubscription<Row> {
  schema: string;
  table?: undefined;
  /** The server filters the rows of one table only. */
  filter?: undefined;
  /** The server selects the columns of one table only. */
  select?: undefined;
}

/** A subscription to changes of the database. */
export type PostgresChangesSubscription<Row = Record<string, unknown>> =
  | TableSubscription<Row>
  | SchemaSubscription<Row>;

/**
 * Options of `subscribe`: with `table` or `schema` the database's changes, otherwise broadcasts. To have rows or
 * payloads typed, name the callback's parameter: `(change: PostgresChange<Client>) => …`.
 */
export type SubscriptionOptions =
  // biome-ignore lint/suspicious/noExplicitAny: the row's and the payload's type are the caller's to name
  BroadcastSubscription<any> | PostgresChangesSubscription<any>;

/** What `on` can listen to, and what each listener is given. */
export interface RealtimeEvents {
  /** The socket is open. */
  connected: undefined;
  /** The socket is closed; the manager goes on trying unless `disconnect()` was called. */
  disconnected: { code: number; reason: string };
  /** A connection attempt failed or a subscription did; `id` is the subscription's, if one is meant. */
  error: { id?: string; error: DashboardError };
  /** A subscription is live again after it was not. */
  continuity: { id: string; continuity: Continuity };
  /** A subscription has used up its `maxReconnectAttempts`. */
  'max-reconnect-attempts': { id: string };
}

/** Counters since the manager was made. */
export interface RealtimeStats {
  /** Frames received. */
  frames: number;
  /** Bytes received (UTF-16 code units of text frames, bytes of binary ones). */
  bytes: number;
  /** Frames that were not the protocol's, dropped. */
  malformed: number;
  /** Data frames that no subscription wanted, dropped. */
  unrouted: number;
  /** Sockets opened. */
  connections: number;
  /** Joins sent. */
  joins: number;
}
