import * as v from 'valibot';
import { checked, type Given } from './check.js';
import { choice } from './kinds.js';

const entries = {
  /**
   * What becomes of writes that the server has not confirmed. `refuse` wipes nothing while there are any; `discard` gives
   * them up. Default `refuse`.
   */
  pending: v.optional(choice(['refuse', 'discard']), 'refuse'),
};

/** Options of `signOut`. */
export interface SignOutOptions extends Given<typeof entries> {}

/** Options of `signOut`, by name. */
export const signOutOptions = v.strictObject(entries);

/**
 * Checks the options of `signOut`.
 *
 * @throws {DashboardError} `invalid_option`, `unknown_option`.
 */
export function checkedSignOut(given: unknown): { pending: 'refuse' | 'discard' } {
  return checked('signOut', signOutOptions, given);
}
