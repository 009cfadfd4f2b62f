import type { DashboardError } from './errors.js';
import type { Filter, FilterCondition } from './filter.js';

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

/**
 * When messages are handed over. `each`: one by one, as they come. `batch`: all that came, once an animation frame.
 * `latestBy`: of each key the latest alone, every `everyMs` milliseconds (default: once an animation frame); the key is
 * found by a path into the message, as `payload.id` in a broadcast or `record.id` in a change. In a hidden page, where
 * there are no animation frames and timers are late, what waits is handed over with what the server sends. At most 10,000
 * messages, or keys, wait: beyond them the oldest are dropped, counted, and told to `onError` with the code `overflow`.
 */
export type Delivery = 'each' | 'batch' | { latestBy: string; everyMs?: number };

interface SubscriptionCommon {
  /** The topic, without the `realtime:` prefix: 1 to 220 bytes of UTF-8. */
  channel: string;
  /** Join privately, authorized by the policies on `realtime.messages`. Default `false`. */
  private?: boolean;
  /** Join again when the connection or the channel is lost. Default `true`. */
  autoReconnect?: boolean;
  /** Attempts in a row before the subscription fails with `max_reconnect_attempts`. Default: no limit. */
  maxReconnectAttempts?: number;
  /**
   * Called for an error of this subscription when it begins and when its reason changes, not at each attempt;
   * `retryable` says whether it goes on trying by itself.
   */
  onError?: (error: DashboardError) => void;
  /** Called at each change of state. */
  onStatus?: (status: SubscriptionStatus) => void;
  /**
   * Called each time the subscription is live again after it was not, or when the server has begun it anew meanwhile: if it
   * says `lost`, read what may have been missed.
   */
  onContinuity?: (continuity: Continuity) => void;
  /** Called with each `system` message of the server about the channel. */
  onSystem?: (message: SystemMessage) => void;
}

/** One by one, or in the batches that `deliver` asks for. */
type Delivered<Message> =
  | {
      /** When messages are handed over. Default `each`. */
      deliver?: 'each';
      /** Called for each message. */
      onData: (message: Message) => void;
    }
  | {
      deliver: Exclude<Delivery, 'each'>;
      /** Called with the messages of a batch, in their order; of `latestBy`, in the order in which the keys came. */
      onData: (messages: Message[]) => void;
    };

interface OfBroadcasts {
  /** The event's name, 1 to 255 bytes; `*` for all. Default `*`. */
  event?: string;
  /** Receive one's own broadcasts too. Default `false`. */
  self?: boolean;
  /** `send` on this subscription resolves only when the server has acknowledged. Default `false`. */
  ack?: boolean;
  /**
   * On a private channel: first the newest broadcasts that the database sent since then and the server still has (72
   * hours or more), marked `meta.replayed`. After each reconnection those since the loss come, each once. A
   * subscription that comes to a channel which another has joined with a replay gets none of its own.
   */
  replay?: {
    /** A `Date`, or milliseconds since 1970. */
    since: Date | number;
    /** 1 to 25, the default. */
    limit?: number;
  };
  /** Live only once the server says that its connection for the database's broadcasts is. Default `false`. */
  replicationReady?: boolean;
  presence?: false;
  changes?: undefined;
  table?: undefined;
  schema?: undefined;
  filter?: undefined;
  select?: undefined;
}

/** A subscription to broadcasts of a topic. */
export type BroadcastSubscription<Payload = unknown> = SubscriptionCommon &
  OfBroadcasts &
  Delivered<Broadcast<Payload>>;

/** A subscription to who is on a channel, on which `track` says who this is. */
export interface PresenceSubscription<State = Record<string, unknown>> extends SubscriptionCommon {
  presence:
    | true
    | {
        /**
         * The name under which this client is tracked. Default: the one that another subscription gives for the channel;
         * if none does, `dashboard-<id>`, the same for everybody who subscribes under this id. Give the user's own id to
         * tell people apart.
         */
        key?: string;
        /** Whether to be told of others; without it one can only be tracked. Default `true`. */
        enabled?: boolean;
      };
  /** `send` on this subscription resolves only when the server has acknowledged. Default `false`. */
  ack?: boolean;
  event?: undefined;
  self?: undefined;
  replay?: undefined;
  deliver?: undefined;
  changes?: undefined;
  table?: undefined;
  schema?: undefined;
  filter?: undefined;
  select?: undefined;
  /** Called for each event. */
  onData: (event: PresenceEvent<State>) => void;
}

interface OfChanges {
  self?: undefined;
  ack?: undefined;
  replay?: undefined;
  replicationReady?: undefined;
  presence?: false;
}

/** Which changes of one table. */
export interface TableBinding<Row = Record<string, unknown>> {
  /** Which changes. Default `*`. */
  event?: 'INSERT' | 'UPDATE' | 'DELETE' | '*';
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

/** Which changes of all published tables of a schema. */
export interface SchemaBinding {
  /** Which changes. Default `*`. */
  event?: 'INSERT' | 'UPDATE' | 'DELETE' | '*';
  schema: string;
  table?: undefined;
  /** The server filters the rows of one table only. */
  filter?: undefined;
  /** The server selects the columns of one table only. */
  select?: undefined;
}

/** A subscription to the changes of a table. */
export type TableSubscription<Row = Record<string, unknown>> = SubscriptionCommon &
  OfChanges &
  TableBinding<Row> & { changes?: undefined } & Delivered<PostgresChange<Row>>;

/** A subscription to the changes of all published tables of a schema. */
export type SchemaSubscription<Row = Record<string, unknown>> = SubscriptionCommon &
  OfChanges &
  SchemaBinding & { changes?: undefined } & Delivered<PostgresChange<Row>>;

/** A subscription to several kinds of changes, on one channel: a change that several of them match comes once. */
export type ManyChangesSubscription<Row = Record<string, unknown>> = SubscriptionCommon &
  OfChanges & {
    /** 1 to 100 of them. */
    changes: readonly (TableBinding<Row> | SchemaBinding)[];
    event?: undefined;
    table?: undefined;
    schema?: undefined;
    filter?: undefined;
    select?: undefined;
  } & Delivered<PostgresChange<Row>>;

/** A subscription to changes of the database. */
export type PostgresChangesSubscription<Row = Record<string, unknown>> =
  | TableSubscription<Row>
  | SchemaSubscription<Row>
  | ManyChangesSubscription<Row>;

/**
 * Options of `subscribe`: with `table`, `schema` or `changes` the database's changes, with `presence` who is there,
 * otherwise broadcasts. To have rows, payloads or states typed, name the callback's parameter:
 * `(change: PostgresChange<Client>) => …`.
 */
export type SubscriptionOptions =
  // biome-ignore lint/suspicious/noExplicitAny: the row's and the payload's type are the caller's to name
  BroadcastSubscription<any> | PresenceSubscription<any> | PostgresChangesSubscription<any>;
