/** What every fault may say besides what it does. */
interface Limits {
  /** Only this client's; see `docs/local-supabase.md` for how a client is named. Default: anyone's. */
  client?: string;
  /** So many matches pass untouched first. Default 0. */
  skip?: number;
  /** The fault is spent after so many hits. Default: it stays until it is removed. */
  times?: number;
}

/** Which frames a fault is about: all of one direction, or those of a topic or an event. */
interface FrameFilter extends Limits {
  on: 'frame';
  /** From the server to a client, or from a client to the server. */
  direction: 'toClient' | 'toServer';
  /** A channel's name, with or without `realtime:`; `phoenix` for heartbeats. */
  topic?: string;
  /** The event of the protocol (`phx_reply`, `broadcast`, `postgres_changes` …), or a broadcast's own. */
  event?: string;
}

/** What happens to frames of Realtime. The socket itself stays open. */
export type FrameFault = FrameFilter &
  (
    | { action: 'drop' }
    /** A slow link: whatever follows in that direction waits behind the delayed frame. */
    | { action: 'delay'; delayMs: number }
    /** The frame comes twice in a row. */
    | { action: 'duplicate' }
    /** The frame comes right after the next one, or after `delayMs` (default 1,000) if none follows. */
    | { action: 'reorder'; delayMs?: number }
    /**
     * `truncate` (the default) keeps the first half of the frame, rounded down. `flip` inverts the lowest bit of the
     * byte in its middle; in text, of the last ASCII character up to there, so that it stays a valid text frame.
     */
    | { action: 'corrupt'; how?: 'truncate' | 'flip' }
  );

/** What happens to WebSocket handshakes. */
export type HandshakeFault = Limits & { on: 'handshake' } & (
    | {
        /** The TCP connection is destroyed without an answer. */
        action: 'refuse';
        status?: undefined;
      }
    | {
        action: 'refuse';
        /** 400 to 599. */
        status: number;
        retryAfterSeconds?: number;
        /** Sent as it is if it is a text, else as JSON. */
        body?: unknown;
      }
    | { action: 'delay'; delayMs: number }
  );

/** Refuses joins that would be accepted. */
export type JoinFault = Limits & {
  on: 'join';
  action: 'refuse';
  /** A channel's name, with or without `realtime:`. Default: any. */
  topic?: string;
  /** What the reply to the join says. Default `UnknownErrorOnChannel: A fault was asked for`. */
  reason?: string;
};

/** What answers HTTP requests: the parts of a project, and the two external services. */
export type Service = 'rest' | 'auth' | 'realtime' | 'calendar' | 'payments';

/** When a refused client may come again, and what else its answer says. */
export interface Refused {
  retryAfterSeconds?: number;
  /** How `Retry-After` says it: `seconds` (the default), or a `date`, so long after the answer's own. */
  retryAfterAs?: 'seconds' | 'date';
  /** Further headers of the answer, or others in place of its own. */
  headers?: Record<string, string>;
  /** Sent as it is if it is a text, else as JSON. Default `{"message": "A fault was asked for"}`. */
  body?: unknown;
}

/** What happens to HTTP requests. A browser's preflights are never touched. */
export type RequestFault = Limits & {
  on: 'request';
  service?: Service;
  /** `GET`, `POST` … in any case. */
  method?: string;
  /** The path without its query, `/rest/v1/clients`; with a `*` at its end, whatever begins so. */
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

/** A fault that was set, and what became of it. */
export type FaultState = Fault & {
  id: number;
  /** How often it happened. */
  hits: number;
};
