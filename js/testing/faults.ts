/** What every fault may say besides what it does. */
export interface FaultLimits {
  /**
   * Only this client's. A client is named by the query parameter `client` of its socket (supabase-js:
   * `realtime: { params: { client: 'a' } }`) or its request header `x-client-name`, else by the `session_id` of its
   * token, else `anonymous`. Default: anyone's.
   */
  client?: string;
  /** So many matches pass untouched first. Default 0. */
  skip?: number;
  /** The fault is spent after so many hits. Default: it stays until it is removed. */
  times?: number;
}

/** What happens to frames of Realtime; the socket stays open. `delayMs` is milliseconds. */
export type FrameFault = FaultLimits & {
  on: 'frame';
  /** From the server to a client, or from a client to the server. */
  direction: 'toClient' | 'toServer';
  /** A channel's name, with or without `realtime:`; `phoenix` for heartbeats. Default: any. */
  topic?: string;
  /** The event of the protocol (`phx_reply`, `broadcast`, `postgres_changes` …), or a broadcast's own. Default: any. */
  event?: string;
} & (
    | { action: 'drop' }
    /** A slow link: whatever follows in that direction waits behind the delayed frame. */
    | { action: 'delay'; delayMs: number }
    /** The frame comes twice in a row. */
    | { action: 'duplicate' }
    /** The frame comes right after the next one, or after `delayMs` (default 1,000) if none follows. */
    | { action: 'reorder'; delayMs?: number }
    /** `truncate` (the default) keeps the first half of the frame; `flip` inverts a bit in its middle. */
    | { action: 'corrupt'; how?: 'truncate' | 'flip' }
  );

/** What happens to WebSocket handshakes. Without a status, a refused one gets no answer at all. */
export type HandshakeFault = FaultLimits & { on: 'handshake' } & (
    | { action: 'refuse'; status?: undefined }
    | { action: 'refuse'; status: number; retryAfterSeconds?: number; body?: unknown }
    | { action: 'delay'; delayMs: number }
  );

/** Refuses joins that would be accepted, of a topic or of all, with a reason. */
export type JoinFault = FaultLimits & { on: 'join'; action: 'refuse'; topic?: string; reason?: string };

/** When a refused client may come again, and what else its answer says. */
export interface Refused {
  retryAfterSeconds?: number;
  /** How `Retry-After` says it: `seconds` (the default), or a `date`, so long after the answer's own. */
  retryAfterAs?: 'seconds' | 'date';
  /** Further headers of the answer, or others in place of its own. */
  headers?: Record<string, string>;
  /** A text is sent as it is, anything else as JSON. Default: an object with a `message`. */
  body?: unknown;
}

/** What happens to HTTP requests; a browser's preflights are never touched. */
export type RequestFault = FaultLimits & {
  on: 'request';
  /** A part of the project, or one of the external services that the backend stands in for. Default: any. */
  service?: 'rest' | 'auth' | 'realtime' | 'calendar' | 'payments';
  /** `GET`, `POST` … in any case. Default: any. */
  method?: string;
  /** The path without its query; with a `*` at its end, whatever begins so. Default: any. */
  path?: string;
} & (
    | ({
        /** Answers without running anything. */
        action: 'fail';
        /** 400 to 599. */
        status: number;
      } & Refused)
    | ({
        /** So many requests pass within any second; what more there are get 429, with `Retry-After: 1` by default. */
        action: 'limit';
        /** At least 1. */
        perSecond: number;
      } & Refused)
    /** The request reaches its handler later. */
    | { action: 'delay'; delayMs: number }
    /** The request runs; the body of its answer takes so long, in parts. */
    | { action: 'slowBody'; durationMs: number }
    /**
     * The request runs; the body of its answer is damaged. `truncate` (the default) keeps the first half, as if it were
     * whole; `cut` breaks the connection after it; `garbage` sends as many bytes that mean nothing; `html` sends a page
     * instead, with status 200, as a venue's Wi-Fi does that wants one to sign in.
     */
    | { action: 'corrupt'; how?: 'truncate' | 'cut' | 'garbage' | 'html' }
    /** The connection is dropped before anything runs. */
    | { action: 'loseRequest' }
    /** The request runs and commits; then the connection is dropped without an answer. */
    | { action: 'loseReply' }
  );

/** Something that goes wrong on command. */
export type Fault = FrameFault | HandshakeFault | JoinFault | RequestFault;

/** A fault that was set, and how often it happened. */
export type FaultState = Fault & { id: number; hits: number };
