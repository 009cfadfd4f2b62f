/** Counters of the backend since it started, and what is open now. */
export interface BackendStats {
  /** Realtime sockets open now. */
  connections: number;
  /** Channels joined now. */
  channels: number;
  /** HTTP requests answered. */
  requests: number;
}

/** What a test can do to the backend, as a bad network or a second program would. */
export interface Backend {
  /**
   * Ends every realtime socket and refuses new ones for that long; `null`: until {@link Backend.restoreSockets}.
   * Resolves at once, with how many were cut.
   */
  cutSockets(forMs: number | null): Promise<number>;
  /** Takes realtime sockets again. */
  restoreSockets(): Promise<void>;
  /** Runs SQL with all rights, past row level security; resolves with the rows of the last statement. */
  sql<Row = Record<string, unknown>>(text: string): Promise<Row[]>;
  /** Sends a frame as it is, text or binary, to every realtime socket. */
  sendFrame(frame: string | Uint8Array): Promise<void>;
  stats(): Promise<BackendStats>;
}

/** {@link Backend} over the control server of `@wedsync/local-supabase`. */
export function backendControl(controlUrl: string | null | undefined): Backend {
  async function ask<Answer>(path: string, body?: unknown): Promise<Answer> {
    if (!controlUrl) {
      throw new Error(
        'The stack has no control server: start the embedded backend with `--control-port 0` and print its `controlUrl`.',
      );
    }
    const response = await fetch(new URL(path, controlUrl), {
      method: body === undefined ? 'GET' : 'POST',
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The backend answered ${path} with ${response.status}: ${text}`);
    return (text ? JSON.parse(text) : undefined) as Answer;
  }

  return {
    cutSockets: async (forMs) => (await ask<{ cut: number }>('/sockets/cut', { forMs })).cut,
    restoreSockets: async () => {
      await ask('/sockets/restore', {});
    },
    sql: async <Row>(sql: string) => (await ask<{ rows: Row[] }>('/sql', { sql })).rows,
    sendFrame: async (frame) => {
      const body = typeof frame === 'string' ? { text: frame } : { base64: toBase64(frame) };
      await ask('/frames', body);
    },
    stats: () => ask<BackendStats>('/stats'),
  };
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
