import * as v from 'valibot';
import { isText } from '../arguments.js';
import { checked, type Given } from './check.js';

const entries = {
  /** Where the WebAssembly file is served from. Default: beside the package's own JavaScript. */
  wasmUrl: v.optional(
    v.custom<string | URL>(
      (place) => isText(place) || place instanceof URL,
      'a string that is not empty and has no lone surrogate, or a URL',
    ),
  ),
};

/** Options of `init`. */
export interface InitOptions extends Given<typeof entries> {}

/** Options of `init`, by name. */
export const initOptions = v.strictObject(entries);

/**
 * Checks the options of `init`.
 *
 * @throws {DashboardError} `invalid_option`, `unknown_option`.
 */
export function checkedInit(given: unknown): { wasmUrl?: string | URL | undefined } {
  return checked('init', initOptions, given);
}
