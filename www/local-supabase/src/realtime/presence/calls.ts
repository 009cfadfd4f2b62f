import { isObject } from '../../http/body.js';
import type { Access } from '../access/access.js';
import type { RealtimeServices } from '../services.js';
import type { TextMessage } from '../wire/wire.js';
import type { Member } from './board.js';

/** What becomes of a presence call: an answer, or the end of the channel. */
export type PresenceOutcome =
  | { status: 'ok' }
  | { status: 'error'; response: Record<string, unknown> }
  | { closesWith: string }
  | { crashes: true };

const ok: PresenceOutcome = { status: 'ok' };
const refused: PresenceOutcome = { status: 'error', response: {} };

/** The presence calls of one channel: `track` and `untrack`, within the limits. */
export class PresenceCalls {
  readonly #services: RealtimeServices;
  readonly #member: Member;
  #calls = 0;
  #windowEndsAt = 0;

  constructor(services: RealtimeServices, member: Member) {
    this.#services = services;
    this.#member = member;
  }

  async handle(access: Access, message: TextMessage): Promise<PresenceOutcome> {
    const { payload } = message;
    if (!isObject(payload) || payload.event === undefined) return ok;
    if (typeof payload.event !== 'string') return { crashes: true };
    if (!this.#takeCall()) return { closesWith: 'Client presence rate limit exceeded' };
    switch (payload.event.toLowerCase()) {
      case 'track':
        return this.#track(access, payload.payload, () => message.payloadJson('payload'));
      case 'untrack':
        this.#services.presence.untrack(this.#member);
        return ok;
      default:
        return refused;
    }
  }

  async #track(access: Access, tracked: unknown, json: () => string): Promise<PresenceOutcome> {
    if (!access.hasAskedToRead('presence')) await access.askToRead(['presence']);
    if (!(await access.canWrite('presence'))) return refused;
    if (tracked !== undefined && !isObject(tracked)) {
      return { status: 'error', response: { reason: 'Presence track payload must be a map' } };
    }
    const payload = tracked === undefined ? '{}' : json();
    if (this.#services.limits.isTooLarge(Buffer.byteLength(payload))) {
      return { closesWith: 'Track message size exceeded' };
    }
    if (!this.#services.limits.takePresence()) {
      return { closesWith: 'Too many presence messages per second' };
    }
    this.#services.presence.track(this.#member, payload);
    return ok;
  }

  #takeCall(): boolean {
    const { maxPresenceCallsPerWindow: most, presenceWindowMs } = this.#services.settings;
    const now = Date.now();
    if (now > this.#windowEndsAt) {
      this.#windowEndsAt = now + presenceWindowMs;
      this.#calls = 0;
    }
    if (most !== null && this.#calls >= most) return false;
    this.#calls += 1;
    return true;
  }
}
