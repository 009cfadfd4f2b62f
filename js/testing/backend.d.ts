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
export declare function backendControl(controlUrl: string | null | undefined): Backend;
