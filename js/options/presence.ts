import * as v from 'valibot';
import { isObject } from './check.js';
import { flag, text } from './kinds.js';

export const named = v.strictObject({
  /**
   * The name under which this client is tracked. Give the user's own id to tell people apart. Default: the one that another
   * subscription of the channel has, or else `dashboard-<id>`, the same for everybody who subscribes under this id.
   */
  key: v.optional(text),
  /** Whether to receive the presence of others; otherwise this client can only be tracked. Default `true`. */
  enabled: flag(true),
});

const plain = v.literal(true, 'true, or an object `{ key, enabled }`');

/** Options of presence. */
export const presenceEntries = {
  /** `true`, or how this client is there. */
  presence: v.lazy((given) => (isObject(given) ? named : plain)),
  /** `send` on this subscription resolves only when the server has acknowledged. Default `false`. */
  ack: flag(false),
};

/** The option of those who do not listen to presence. */
export const noPresence = v.optional(v.literal(false, plain.message));

/** As the module takes it, which has a key of its own for those who have none. */
export function checkedPresence(given: v.InferOutput<typeof presenceEntries.presence>, id: string) {
  const { key, enabled } = given === true ? { enabled: true } : given;
  return { key: key ?? `dashboard-${id}`, isChosen: key !== undefined, enabled };
}
