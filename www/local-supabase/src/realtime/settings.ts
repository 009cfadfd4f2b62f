/** A time that is drawn anew each time, between two bounds in milliseconds. */
export type DelayRange = readonly [leastMs: number, mostMs: number];

/**
 * What a hosted project decides by itself and a local one may choose: delays and limits. A limit of `null` is none.
 * {@link realisticRealtimeSettings} are a hosted project's.
 */
export interface RealtimeSettings {
  /** How long a refused join blocks its socket before it is answered. Hosted: 5,000. */
  refusedJoinDelayMs: number;
  /** How long a refused handshake waits for its answer. Hosted: 2,000. */
  refusedHandshakeDelayMs: number;
  /** A socket that says nothing for so long is closed with 1000. Hosted: 60,000. */
  idleTimeoutMs: number;
  /** Between the reply to a join and `Subscribed to PostgreSQL`, for the first subscription of a server. Hosted: 1,000 to 3,000. */
  coldSubscriptionDelayMs: DelayRange;
  /** The same for those that follow. Hosted: 3 to 30. */
  subscriptionDelayMs: DelayRange;
  /** The same after a channel's token was replaced. Hosted: 1,000 to 3,000. */
  resubscriptionDelayMs: DelayRange;
  /** Before a subscription that failed because the database was away is tried again. Hosted: 5,000 to 10,000. */
  retrySubscriptionDelayMs: DelayRange;
  /** How often changes of the database are looked for; 0: at once. Hosted: 100. */
  pollIntervalMs: number;
  /** Sockets with a channel. Hosted, free: 200. */
  maxConnections: number | null;
  /** Channels of one socket. Hosted: 100. */
  maxChannelsPerConnection: number | null;
  /** Joins of all sockets together, averaged over up to a minute. Hosted, free: 100. */
  maxJoinsPerSecond: number | null;
  /** Messages of all sockets together, each delivery counted, averaged over up to a minute. Hosted, free: 100. */
  maxMessagesPerSecond: number | null;
  /** Presence messages of all sockets together, averaged over up to a minute. Hosted, free: 20. */
  maxPresenceMessagesPerSecond: number | null;
  /** Presence calls of one channel within {@link presenceWindowMs}; one more closes it. Hosted: 5. */
  maxPresenceCallsPerWindow: number | null;
  /** Hosted: 30,000. */
  presenceWindowMs: number;
  /** The largest broadcast or presence payload. Hosted, Pro: 3,000 kB; here, as there, 500 bytes more are let through. */
  maxPayloadKilobytes: number;
  /** A larger row arrives without its large columns. Hosted: 1,048,576. */
  maxRowBytes: number;
  /** Public channels are refused. Hosted: a switch of the project, off. */
  privateOnly: boolean;
}

/** Short delays, and no limits on what many clients may do together. */
export const defaultRealtimeSettings: RealtimeSettings = {
  refusedJoinDelayMs: 50,
  refusedHandshakeDelayMs: 50,
  idleTimeoutMs: 60_000,
  coldSubscriptionDelayMs: [0, 0],
  subscriptionDelayMs: [0, 0],
  resubscriptionDelayMs: [0, 0],
  retrySubscriptionDelayMs: [50, 100],
  pollIntervalMs: 0,
  maxConnections: null,
  maxChannelsPerConnection: 100,
  maxJoinsPerSecond: null,
  maxMessagesPerSecond: null,
  maxPresenceMessagesPerSecond: null,
  maxPresenceCallsPerWindow: 5,
  presenceWindowMs: 30_000,
  maxPayloadKilobytes: 3_000,
  maxRowBytes: 1_048_576,
  privateOnly: false,
};

/** The delays and limits that a hosted project on the free plan has. */
export const realisticRealtimeSettings: RealtimeSettings = {
  ...defaultRealtimeSettings,
  refusedJoinDelayMs: 5_000,
  refusedHandshakeDelayMs: 2_000,
  coldSubscriptionDelayMs: [1_000, 3_000],
  subscriptionDelayMs: [3, 30],
  resubscriptionDelayMs: [1_000, 3_000],
  retrySubscriptionDelayMs: [5_000, 10_000],
  pollIntervalMs: 100,
  maxConnections: 200,
  maxJoinsPerSecond: 100,
  maxMessagesPerSecond: 100,
  maxPresenceMessagesPerSecond: 20,
};

/** The largest frame that a client may send; a larger one closes its socket with 1009. */
export const maxFrameBytes = 5_000_000;
