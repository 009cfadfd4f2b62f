import type { RealtimeStats } from './types.js';

/** What is counted before anything is. */
export const NO_STATS: RealtimeStats = {
  frames: 0,
  bytes: 0,
  malformed: 0,
  unrouted: 0,
  duplicates: 0,
  dropped: 0,
  sent: 0,
  connections: 0,
  reconnects: 0,
  joins: 0,
  failedJoins: 0,
  heartbeats: 0,
  roundTripMs: { p50: null, p95: null, p99: null },
  lastFrameMs: null,
  recoveries: 0,
  liveAgainMs: null,
  longestLiveAgainMs: null,
};
