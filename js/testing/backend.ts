import type { Fault, FaultState } from './faults.js';

/** What is counted of one client, or of all. In is from the client, out is to it; a message is a frame. */
export interface ClientStats {
  /** Realtime sockets open now. */
  connections: number;
  /** Channels joined now. */
  channels: number;
  /** Realtime sockets that were opened. */
  opened: number;
  /** Accepted joins. */
  joins: number;
  refusedJoins: number;
  refusedHandshakes: number;
  messagesIn: number;
  messagesOut: number;
  /** Payload bytes of the frames. */
  bytesIn: number;
  bytesOut: number;
  /** By service; a handshake is one of `realtime`. A browser's preflights are not counted. */
  requests: {
    rest: number;
    auth: number;
    realtime: number;
    calendar: number;
    payments: number;
    other: number;
  };
  /** Bytes of HTTP bodies. */
  httpBytesIn: number;
  httpBytesOut: number;
}

/** Counters of the backend since it started or since {@link Backend.resetStats}, and what is open now. */
export interface BackendStats {
  /** Realtime sockets open now. */
  connections: number;
  /** Channels joined now. */
  channels: number;
  /** HTTP requests, handshakes among them. */
  requests: number;
  /** All clients together. */
  totals: ClientStats;
  /** By the name of the client; see {@link Fault} for how a client is named. */
  clients: Record<string, ClientStats>;
}

/**
 * Delays and limits of the realtime server by name, and whether the project is suspended: see
 * `docs/local-supabase.md`. A range of milliseconds is `[least, most]`; a limit of `null` is none.
 */
export interface ProjectChange {
  suspended?: boolean;
  [setting: string]: number | boolean | readonly [leastMs: number, mostMs: number] | null | undefined;
}

/**
 * What a test can do to the backend, as a bad network or a second program would. Where a `client` can be given, it is
 * the only one concerned; without, all are.
 */
export interface Backend {
  /**
   * Ends realtime sockets without a close frame and refuses new ones for that many milliseconds; `null`: until
   * {@link Backend.restoreSockets}. Resolves at once, with how many were cut. Handshakes are refused to a client only
   * if it gives its name.
   */
  cutSockets(forMs: number | null, client?: string): Promise<number>;
  /** Takes realtime sockets again. */
  restoreSockets(client?: string): Promise<void>;
  /**
   * Makes realtime sockets half open: they stay, but nothing gets through and what the server sends is lost. Resolves
   * with how many.
   */
  freezeSockets(client?: string): Promise<number>;
  /** Lets them through again; one that the server gave up meanwhile is reset. Resolves with how many. */
  thawSockets(client?: string): Promise<number>;
  /** Closes realtime sockets with a code (1000 to 1003, 1007 to 1014, 3000 to 4999). Resolves with how many. */
  closeSockets(code: number, client?: string): Promise<number>;
  /** Sends a frame as it is, text or binary, to every realtime socket; frozen ones do not get it. */
  sendFrame(frame: string | Uint8Array): Promise<void>;

  /**
   * Sets a fault until {@link Backend.removeFaults}; resolves with its id.
   *
   * ```ts
   * await backend.addFault({ on: 'request', service: 'rest', method: 'POST', action: 'loseReply', times: 1 });
   * await backend.addFault({ on: 'frame', direction: 'toClient', action: 'delay', delayMs: 800 });
   * ```
   */
  addFault(fault: Fault): Promise<number>;
  /** All faults that were set and not removed, spent ones too. */
  faults(): Promise<FaultState[]>;
  /** Removes one fault, or all. */
  removeFaults(id?: number): Promise<void>;

  /**
   * Access tokens that were issued up to now count as expired, and channels that use them are closed; refreshing still
   * works. `user` is an e-mail or an id; default: everyone. A token that the test signs itself afterwards is refused,
   * too, unless its `iat` lies in a later second.
   */
  expireTokens(user?: string): Promise<void>;
  /** The same, and the sessions end: refreshing is refused, too. */
  revokeTokens(user?: string): Promise<void>;
  /**
   * Closes realtime sockets with 1012 and refuses connections for that many milliseconds, by default no longer than it
   * takes. Resolves when the backend answers again, with all its data.
   */
  restartServer(downForMs?: number): Promise<void>;

  /**
   * Changes the project while it runs. As on a real one everybody is sent away with 1012, and may come again.
   *
   * ```ts
   * await backend.changeProject({ refusedJoinDelayMs: 5_000, maxConnections: 2 });
   * ```
   */
  changeProject(change: ProjectChange): Promise<void>;

  /** Runs SQL with all rights, past row level security; resolves with the rows of the last statement. */
  sql<Row = Record<string, unknown>>(text: string): Promise<Row[]>;
  stats(): Promise<BackendStats>;
  /** Counts afresh; what is open stays counted as open. */
  resetStats(): Promise<void>;
}

/** {@link Backend} over the control server of `@wedsync/local-supabase`. */
export function backendControl(controlUrl: string | null | undefined): Backend {
  async function ask<Answer>(path: string, body?: unknown, method?: 'DELETE'): Promise<Answer> {
    if (!controlUrl) {
      throw new Error(
        'The stack has no control server: start the embedded backend with `--control-port 0` and print its `controlUrl`.',
      );
    }
    const response = await fetch(new URL(path, controlUrl), {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The backend answered ${path} with ${response.status}: ${text}`);
    return (text ? JSON.parse(text) : undefined) as Answer;
  }

  return {
    cutSockets: async (forMs, client) => (await ask<{ cut: number }>('/sockets/cut', { forMs, client })).cut,
    restoreSockets: async (client) => {
      await ask('/sockets/restore', { client });
    },
    freezeSockets: async (client) => (await ask<{ frozen: number }>('/sockets/freeze', { client })).frozen,
    thawSockets: async (client) => (await ask<{ thawed: number }>('/sockets/thaw', { client })).thawed,
    closeSockets: async (code, client) =>
      (await ask<{ closed: number }>('/sockets/close', { code, client })).closed,
    sendFrame: async (frame) => {
      const body = typeof frame === 'string' ? { text: frame } : { base64: toBase64(frame) };
      await ask('/frames', body);
    },
    addFault: async (fault) => (await ask<{ id: number }>('/faults', fault)).id,
    faults: async () => (await ask<{ faults: FaultState[] }>('/faults')).faults,
    removeFaults: async (id) => {
      await ask(id === undefined ? '/faults' : `/faults/${id}`, undefined, 'DELETE');
    },
    expireTokens: async (user) => {
      await ask('/tokens/expire', { user });
    },
    revokeTokens: async (user) => {
      await ask('/tokens/revoke', { user });
    },
    restartServer: async (downForMs) => {
      await ask('/server/restart', { downForMs });
    },
    changeProject: async (change) => {
      await ask('/realtime/settings', change);
    },
    sql: async <Row>(sql: string) => (await ask<{ rows: Row[] }>('/sql', { sql })).rows,
    stats: () => ask<BackendStats>('/stats'),
    resetStats: async () => {
      await ask('/stats/reset', {});
    },
  };
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
