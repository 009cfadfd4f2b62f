import * as v from 'valibot';
import { isText } from '../arguments.js';
import { isObject } from './check.js';
import { whole } from './kinds.js';

export const latest = v.strictObject({
  /** The path to the key in a message: `payload.id` in a broadcast, `record.id` in a change. */
  latestBy: v.custom<string>(
    (path) => isText(path) && path.split('.').every((name) => name !== ''),
    'the path to the key in a message, as "payload.id" or "record.id": a string that is not empty',
  ),
  /** Milliseconds between two hand-overs; 0 stands for once an animation frame. Default 0. */
  everyMs: v.optional(whole(0, 3_600_000), 0),
});

const plain = v.picklist(['each', 'batch'], '"each", "batch" or an object with `latestBy`');

/** The schema of {@link Delivery}. */
export const delivery = v.lazy((given) => (isObject(given) ? latest : plain));

/**
 * When messages are handed over. `each`: one by one, as they come. `batch`: all that came, once an animation frame.
 * `latestBy`: of each key the latest alone, every `everyMs` milliseconds (default: once an animation frame); the key is
 * found by a path into the message, as `payload.id` in a broadcast or `record.id` in a change. In a hidden page, where
 * there are no animation frames and timers are late, what waits is handed over with what the server sends. At most 10,000
 * messages, or keys, wait: beyond them the oldest are dropped, counted, and told to `onError` with the code `overflow`.
 */
export type Delivery = v.InferInput<typeof delivery>;

/** As the router takes it. */
export function checkedDelivery(given: v.InferOutput<typeof delivery> | undefined) {
  if (given === undefined || given === 'each') return undefined;
  if (given === 'batch') return given;
  return { by: given.latestBy.split('.'), everyMs: given.everyMs };
}
