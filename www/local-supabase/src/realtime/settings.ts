/** What a hosted project decides by itself and a local one may choose. */
export interface RealtimeSettings {
  /** How long a refused join blocks its socket before it is answered. The hosted server takes 5,000. */
  refusedJoinDelayMs: number;
  /** How long a refused handshake waits for its answer. The hosted server takes 2,000. */
  refusedHandshakeDelayMs: number;
  /** A socket that says nothing for so long is closed. */
  idleTimeoutMs: number;
}

export const defaultRealtimeSettings: RealtimeSettings = {
  refusedJoinDelayMs: 50,
  refusedHandshakeDelayMs: 50,
  idleTimeoutMs: 60_000,
};

/** The largest frame that a client may send. */
export const maxFrameBytes = 5_000_000;
