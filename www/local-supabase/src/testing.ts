/**
 * What tests in Node use: the control server of a running backend, typed, and a backend in a process of its own that
 * can be ended and started again.
 *
 * @module
 */
export type {
  Fault,
  FaultState,
  FrameFault,
  HandshakeFault,
  JoinFault,
  Refused,
  RequestFault,
  Service,
} from './faults/types.js';
export type { ProjectChange } from './realtime/server.js';
export type { RealtimeSettings } from './realtime/settings.js';
export { type Control, connectControl } from './testing/control.js';
export {
  type LocalSupabaseProcess,
  type ProcessOptions,
  type RestartOptions,
  startLocalSupabaseProcess,
} from './testing/process.js';
export type { ClientCounts, ClientStats, SocketCounts, SocketStats, Stats } from './traffic.js';
