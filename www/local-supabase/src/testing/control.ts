import type { Fault, FaultState } from '../faults/types.js';
import type { ProjectChange } from '../realtime/server.js';
import type { Stats } from '../traffic.js';

/** What a test can do to a running backend. Each method resolves once it is done. */
export interface Control {
  /** Where the control server answers. */
  readonly url: string;

  /** Sets a fault and resolves with its id. Faults apply in the order in which they were set. */
  addFault(fault: Fault): Promise<number>;
  /** All faults that were set and not removed, spent ones too, with how often each happened. */
  faults(): Promise<FaultState[]>;
  /** Removes one fault, or all. Frames that wait already come when they would have come. */
  removeFaults(id?: number): Promise<void>;

  /**
   * Ends sockets without a close frame and refuses handshakes for so long; by default until {@link restoreSockets}.
   * Resolves at once, with how many were cut. Of two cuts the one that lasts longer counts. With `client`: that client's only. A client that is named by its session
   * is not known at a handshake, so its handshakes are not refused.
   */
  cutSockets(options?: { client?: string; forMs?: number | null }): Promise<number>;
  /** Ends all cuts, or a client's. */
  restoreSockets(client?: string): Promise<void>;
  /**
   * Makes sockets half open: they stay, but nothing is read, and what the server sends is lost. What the client sends
   * waits in the network, as it does for a real one, and arrives at {@link thawSockets}. Resolves with how many.
   */
  freezeSockets(client?: string): Promise<number>;
  /** The network delivers again. A socket that the server gave up meanwhile is reset. Resolves with how many. */
  thawSockets(client?: string): Promise<number>;
  /** Closes sockets with a code (1000 to 1003, 1007 to 1014, 3000 to 4999). Resolves with how many. */
  closeSockets(code: number, client?: string): Promise<number>;
  /** Sends a frame as it is, text or binary, to every socket that is not frozen. Resolves with how many. */
  sendFrame(frame: string | Uint8Array): Promise<number>;

  /**
   * Access tokens that were issued up to now count as expired everywhere, and channels that use them are closed.
   * Refreshing still works. With `user`, an e-mail or an id: that user's only. Forgotten when the process ends.
   *
   * When a token was issued is told by its `iat`, a whole second, unless the backend issued it. One that a test signs
   * itself with the project's secret is therefore refused from now on if it has no `iat`, or one within this second or
   * before; give it a later one.
   */
  expireTokens(user?: string): Promise<void>;
  /** The same, and the sessions end, so that refreshing is refused too. */
  revokeTokens(user?: string): Promise<void>;

  /**
   * Closes sockets with 1012 and refuses connections for so long, by default no longer than it takes. Resolves when
   * the backend answers again, on the same port and with all data. What a fault delays does not survive it: frames
   * come before the close, requests are lost.
   */
  restartServer(downForMs?: number): Promise<void>;

  /**
   * Changes delays and limits of the realtime server, or suspends the project. As on a real one, everybody is sent
   * away with 1012: each channel is told `Server requested disconnect` before.
   */
  changeProject(change: ProjectChange): Promise<void>;

  /** Runs SQL as the owner, past row level security; resolves with the rows of the last statement. */
  sql<Row = Record<string, unknown>>(text: string): Promise<Row[]>;

  /** What was counted since the start or the last {@link resetStats}, and what is open now. */
  stats(): Promise<Stats>;
  resetStats(): Promise<void>;
}

/**
 * The control server of a backend that was started with `controlPort` or `--control-port`.
 *
 * ```ts
 * const control = connectControl(backend.controlUrl);
 * await control.addFault({ on: 'request', service: 'rest', method: 'POST', action: 'loseReply', times: 1 });
 * ```
 */
export function connectControl(controlUrl: string): Control {
  async function ask<Answer>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<Answer> {
    const response = await fetch(new URL(path, controlUrl), {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Answer & { error?: string };
    if (!response.ok)
      throw new Error(answer.error ?? `${method} ${path} was answered with ${response.status}`);
    return answer;
  }

  return {
    url: controlUrl,
    addFault: async (fault) => (await ask<{ id: number }>('POST', '/faults', fault)).id,
    faults: async () => (await ask<{ faults: FaultState[] }>('GET', '/faults')).faults,
    removeFaults: async (id) => {
      await ask('DELETE', id === undefined ? '/faults' : `/faults/${id}`);
    },
    cutSockets: async (options = {}) => (await ask<{ cut: number }>('POST', '/sockets/cut', options)).cut,
    restoreSockets: async (client) => {
      await ask('POST', '/sockets/restore', { client });
    },
    freezeSockets: async (client) =>
      (await ask<{ frozen: number }>('POST', '/sockets/freeze', { client })).frozen,
    thawSockets: async (client) =>
      (await ask<{ thawed: number }>('POST', '/sockets/thaw', { client })).thawed,
    closeSockets: async (code, client) =>
      (await ask<{ closed: number }>('POST', '/sockets/close', { code, client })).closed,
    sendFrame: async (frame) => {
      const body =
        typeof frame === 'string' ? { text: frame } : { base64: Buffer.from(frame).toString('base64') };
      return (await ask<{ sent: number }>('POST', '/frames', body)).sent;
    },
    expireTokens: async (user) => {
      await ask('POST', '/tokens/expire', { user });
    },
    revokeTokens: async (user) => {
      await ask('POST', '/tokens/revoke', { user });
    },
    restartServer: async (downForMs) => {
      await ask('POST', '/server/restart', { downForMs });
    },
    changeProject: async (change) => {
      await ask('POST', '/realtime/settings', change);
    },
    sql: async <Row>(sql: string) => (await ask<{ rows: Row[] }>('POST', '/sql', { sql })).rows,
    stats: () => ask<Stats>('GET', '/stats'),
    resetStats: async () => {
      await ask('POST', '/stats/reset', {});
    },
  };
}
