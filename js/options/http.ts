import * as v from 'valibot';
import { checkChannel, checkEvent, invalid } from '../arguments.js';
import { checked, type Given } from './check.js';
import { flag } from './kinds.js';
import { contentOf, isRecord } from './payload.js';

const entries = {
  /** Send to the private channel of this name, authorized by its policies. Default `false`. */
  private: flag(false),
};

/** Options of `httpSend`. */
export interface HttpSendOptions extends Given<typeof entries> {}

export const httpSendOptions = v.strictObject(entries);

/**
 * Checks the arguments of a broadcast by HTTP.
 *
 * @throws {DashboardError} `invalid_option`, `unknown_option`, `payload_too_large`.
 */
export function checkedHttpSend(
  channel: unknown,
  event: unknown,
  payload: unknown,
  options: unknown = {},
): { value: unknown; isPrivate: boolean } {
  checkChannel('httpSend', channel);
  checkEvent('httpSend', event);
  const content = contentOf(payload);
  if (!content.isBytes && !isRecord(content)) {
    throw invalid(
      'httpSend takes an object, or bytes, as its third argument: the server wraps anything else.',
    );
  }
  const { private: isPrivate } = checked('httpSend', httpSendOptions, options);
  return { value: content.value, isPrivate };
}
