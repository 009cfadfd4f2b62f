import { DashboardError } from './errors.js';

/** The error of an argument that cannot be; `message` names it. */
export function invalid(message: string, cause?: unknown): DashboardError {
  return new DashboardError('invalid_option', message, { cause });
}

/** In a pattern that reads whole characters it matches only half of one. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The module's own text has no lone surrogates: it would know the id under another name.
 *
 * @throws {DashboardError} `invalid_option` unless it is an id: a string that is not empty and has no lone surrogate.
 */
export function checkId(of: string, id: unknown): void {
  if (isText(id)) return;
  throw invalid(
    `${of} takes an id as its first argument: a string that is not empty and has no lone surrogate.`,
  );
}

/** Whether it is a string that is not empty and has no lone surrogate. */
export function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !LONE_SURROGATE.test(value);
}

/** @throws {DashboardError} `invalid_option` unless it is a function. */
export function checkListener(of: string, position: string, listener: unknown): void {
  if (typeof listener !== 'function') throw invalid(`${of} takes a function as its ${position} argument.`);
}

/**
 * A copy of an object of options: reading them may run the application's getters, which are asked once.
 *
 * @throws {DashboardError} `invalid_option`.
 */
export function copied<Options>(of: string, options: Options): Options {
  try {
    if (typeof options === 'object' && options !== null && !Array.isArray(options)) return { ...options };
  } catch (cause) {
    throw invalid(`${of} takes an object of options, and this one cannot be read.`, cause);
  }
  throw invalid(`${of} takes an object of options.`);
}
