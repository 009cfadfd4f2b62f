import { invalid } from '../arguments.js';
import { fieldOf, isObject } from '../options/check.js';

/** @throws {DashboardError} `invalid_option` unless it is a function. */
export function checkOperation(of: string, operation: unknown): void {
  if (typeof operation !== 'function') throw invalid(`${of} takes a function as its first argument.`);
}

/**
 * The signal of a call's options, if there is one.
 *
 * @throws {DashboardError} `invalid_option`.
 */
export function signalOf(of: string, options: unknown): AbortSignal | undefined {
  if (options === undefined) return undefined;
  if (!holds(() => isObject(options)))
    throw invalid(`${of} takes an object of options as its last argument.`);
  const signal = fieldOf(options, 'signal') ?? undefined;
  if (signal === undefined || isSignal(signal)) return signal;
  throw invalid(`Option "signal" of ${of} must be an AbortSignal.`);
}

/** Whether it is an abort signal; what cannot be looked at is none. */
export function isSignal(value: unknown): value is AbortSignal {
  return holds(() => value instanceof AbortSignal);
}

/** To look at a value may run the application's code, which may throw. */
function holds(look: () => boolean): boolean {
  try {
    return look();
  } catch {
    return false;
  }
}

/** @throws {DashboardError} `invalid_option` unless it is true, false or left out. */
export function flagOf(options: unknown, name: string, byDefault: boolean): boolean {
  const given = options === undefined ? undefined : fieldOf(options, name);
  if (given === undefined) return byDefault;
  if (typeof given === 'boolean') return given;
  throw invalid(`Option "${name}" of execute must be true or false.`);
}
