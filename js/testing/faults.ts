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

/** What happens to HTTP requests; a browser's preflights are never touched. */
export type RequestFault = FaultLimits & {
  on: 'request';
  /** Default: any. */
  service?: 'rest' | 'auth' | 'realtime';
  /** `GET`, `POST` … in any case. Default: any. */
  method?: string;
  /** The path without its query; with a `*` at its end, whatever begins so. Default: any. */
  path?: string;
} & (
    | {
        /** Answers without running anything. */
        action: 'fail';
        /** 400 to 599. */
        status: number;
        retryAfterSeconds?: number;
        /** A text is sent as it is, anything else as JSON. Default: an object with a `message`. */
        body?: unknown;
      }
    /** The request reaches its handler later. */
    | { action: 'delay'; delayMs: number }
    /** The connection is dropped before anything runs. */
    | { action: 'loseRequest' }
    /** The request runs and commits; then the connection is dropped without an answer. */
    | { action: 'loseReply' }
  );

/** Something that goes wrong on command. */
export type Fault = FrameFault | HandshakeFault | JoinFault | RequestFault;

/** A fault that was set, and how often it happened. */
export type FaultState = Fault & { id: number; hits: number };
