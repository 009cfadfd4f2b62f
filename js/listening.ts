import { checkListener, invalid } from './arguments.js';
import type { RealtimeEvents } from './types.js';

const EVENTS: Record<keyof RealtimeEvents, true> = {
  connected: true,
  disconnected: true,
  error: true,
  continuity: true,
  'presence-sync': true,
  presence: true,
  system: true,
  tabs: true,
  heartbeat: true,
  'max-reconnect-attempts': true,
  'user-changed': true,
};

/** @throws {DashboardError} `invalid_option` for an event that there is not, and for a listener that is no function. */
export function checkListening(of: string, name: unknown, listener: unknown): void {
  if (typeof name !== 'string' || !Object.hasOwn(EVENTS, name)) {
    throw invalid(`${of} takes an event as its first argument: ${Object.keys(EVENTS).join(', ')}.`);
  }
  checkListener(of, 'second', listener);
}
