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
  /**
   * The new row; absent on DELETE. Within `json` and `jsonb` numbers over 2^53 are rounded. `int8` and `numeric` values are numbers where a number holds them exactly, otherwise
   * strings of their digits.
   */
  record?: Row;
  /**
   * The old row; absent on INSERT. The primary key alone, unless the table's replica identity is full and, on DELETE, it
   * has no row level security.
   */
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
 * How a subscription came back after it was away, or after the server has begun it anew. `lost`: something may have been missed, read again.
 * `resumed`: nothing was missed; the connection outlived the outage, and what was sent meanwhile has come or is about to.
 */
export type Continuity = 'resumed' | 'lost';

/** The state of the one connection. */
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'disconnected';

/**
 * Who holds the connection of a tab. `leading`: this tab, for all of the user's. `following`: another one. `waiting`: none
 * yet, or none any more. `alone`: this tab, for itself.
 */
export type TabRole = 'alone' | 'waiting' | 'following' | 'leading';

/** This tab among those of its user, and how the one is that holds their connection. */
export interface Tabs {
  /** Who holds the connection. */
  role: TabRole;
  /** How many tabs share it. */
  tabs: number;
  /**
   * Where another tab holds it, or none does: whether that one is heard, which says every second that it is there. After three
   * seconds without a word it is `silent`, and a tab that somebody sees takes its place. `null` where this tab holds it.
   */
  leader: 'heard' | 'silent' | null;
  /** Milliseconds since the other tab was last heard, or since this one began to listen; `null` where `leader` is. */
  leaderHeardMs: number | null;
  /**
   * What keeps the time of the tab that holds it. `worker`: its heartbeats are on time whether or not anybody sees it. `page`:
   * no worker runs there, and while nobody sees it the browser may delay them by a minute. `null`: that has not turned out yet.
   */
  heartbeats: 'worker' | 'page' | null;
  /** Milliseconds that the server took to answer the last heartbeat of the connection; `null` before the first. */
  roundTripMs: number | null;
}

/** The state of one subscription. */
export type SubscriptionStatus = 'joining' | 'live' | 'reconnecting' | 'failed' | 'closed';

/** What is tracked on one connection, as {@link PresenceEvent} and `presenceState` give it. */
export type Presence<State = Record<string, unknown>> = State & {
  /** The server's name for it; another after each update. */
  presence_ref: string;
};

/** All that is tracked on a channel, by presence key; several under one key are several connections. */
export type PresenceState<State = Record<string, unknown>> = Record<string, Presence<State>[]>;

/** What has changed on a channel. An update is one event, not a leave and a join. */
export type PresenceEvent<State = Record<string, unknown>> =
  | { type: 'sync'; state: PresenceState<State> }
  | { type: 'join'; key: string; currentPresences: Presence<State>[]; newPresences: Presence<State>[] }
  | { type: 'leave'; key: string; currentPresences: Presence<State>[]; leftPresences: Presence<State>[] }
  | {
      type: 'update';
      key: string;
      currentPresences: Presence<State>[];
      newPresences: Presence<State>[];
      leftPresences: Presence<State>[];
    };

/** What the server says of a channel, as it sends it. */
export interface SystemMessage {
  /** What it is about: `postgres_changes`, `system`. */
  extension: string;
  status: 'ok' | 'error';
  message: string;
  channel?: string;
}
