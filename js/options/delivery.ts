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
  /** Milliseconds between two calls of `onData`; 0 means once per animation frame. Default 0. */
  everyMs: v.optional(whole(0, 3_600_000), 0),
});

const plain = v.picklist(['each', 'batch'], '"each", "batch" or an object with `latestBy`');

/** The schema of {@link Delivery}. */
export const delivery = v.lazy((given) => (isObject(given) ? latest : plain));

/**
 * When `onData` is called. `each`: for each message, as it arrives. `batch`: with all messages that arrived, once per
 * animation frame. `latestBy`: with only the latest message of each key, every `everyMs` milliseconds (default: once per
 * animation frame); the key is a path into the message, such as `payload.id` in a broadcast or `record.id` in a change. A
 * hidden page has no animation frames and late timers: there `onData` is called when the server sends something. At most
 * 10,000 messages, or keys, wait: beyond that the oldest are dropped, counted, and reported to `onError` as `overflow`.
 */
export type Delivery = v.InferInput<typeof delivery>;

/** As the router takes it. */
export function checkedDelivery(given: v.InferOutput<typeof delivery> | undefined) {
  if (given === undefined || given === 'each') return undefined;
  if (given === 'batch') return given;
  return { by: given.latestBy.split('.'), everyMs: given.everyMs };
}
