import * as v from 'valibot';
import { bytesOf, LONGEST_EVENT } from '../arguments.js';
import { flag, text, whole } from './kinds.js';

/** The largest time that a `Date` holds. */
const MOST_MILLIS = 8.64e15;

const replay = v.strictObject({
  /** A `Date`, or milliseconds since 1970. */
  since: v.pipe(
    v.custom<Date | number>((given) => millisOf(given) !== undefined, 'a Date, or milliseconds since 1970'),
    v.transform((given) => Math.trunc(millisOf(given) ?? 0)),
  ),
  /** How many at most. Default 25. */
  limit: v.optional(whole(1, 25), 25),
});

/** Options of broadcasts. */
export const broadcastEntries = {
  /** The event's name, 1 to 255 bytes; `*` for all. Default `*`. */
  event: v.optional(
    v.pipe(
      text,
      v.check((name) => bytesOf(name) <= LONGEST_EVENT, 'a name of at most 255 bytes'),
    ),
    '*',
  ),
  /** Receive the broadcasts of this client too. Default `false`. */
  self: flag(false),
  /** `send` on this subscription resolves only when the server has acknowledged. Default `false`. */
  ack: flag(false),
  /**
   * On a private channel: first the newest broadcasts that the database sent since then and the server still has (72
   * hours or more), marked `meta.replayed`. After each reconnection those since the loss are delivered, each once. A
   * subscription to a channel that another one has already joined with a replay gets no replay. A replay is not a guarantee:
   * `onContinuity` is called in any case. Default: none.
   */
  replay: v.optional(replay),
  /** Live only once the server's connection for the database's broadcasts is ready. Default `false`. */
  replicationReady: flag(false),
};

/** A moment in milliseconds since 1970; nothing if it is none. */
function millisOf(given: unknown): number | undefined {
  try {
    const millis = typeof given === 'number' ? given : Date.prototype.getTime.call(given);
    return millis >= 0 && millis <= MOST_MILLIS ? millis : undefined;
  } catch {
    return undefined;
  }
}
