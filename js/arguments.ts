import { DashboardError } from './errors.js';

/** The error of an argument that cannot be; `message` names it. */
export function invalid(message: string, cause?: unknown): DashboardError {
  return new DashboardError('invalid_option', message, { cause });
}

/** In a pattern that reads whole characters it matches only half of one. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** What {@link isText} takes, for the sentence of an error. */
export const TEXT = 'a string that is not empty and has no lone surrogate';

/** The longest name of a broadcast in bytes: a binary frame says its length in one. */
export const LONGEST_EVENT = 255;

/** The longest channel name in bytes: with its prefix and a binding's digest it must fit the 255 of a binary frame. */
export const LONGEST_CHANNEL = 220;

/**
 * The module's own text has no lone surrogates: it would know the id under another name.
 *
 * @throws {DashboardError} `invalid_option` unless it is an id: a string that is not empty and has no lone surrogate.
 */
export function checkId(of: string, id: unknown): void {
  if (!isText(id)) throw invalid(`${of} takes an id of your choice as its first argument: ${TEXT}.`);
}

/** @throws {DashboardError} `invalid_option` unless it is a name that a broadcast can have. */
export function checkEvent(of: string, event: unknown): void {
  if (isText(event) && bytesOf(event) <= LONGEST_EVENT) return;
  throw invalid(
    `${of} takes the broadcast's name as its second argument: a string of 1 to 255 bytes of UTF-8, without lone surrogates.`,
  );
}

/** @throws {DashboardError} `invalid_option` unless it is a channel's name. */
export function checkChannel(of: string, channel: unknown): void {
  if (isChannel(channel)) return;
  throw invalid(
    `${of} takes a topic as its first argument: a string of 1 to 220 bytes, without lone surrogates and without the prefix "realtime:".`,
  );
}

/** Whether it is a string that is not empty and has no lone surrogate. */
export function isText(value: unknown): value is string {
  return isWellFormed(value) && value !== '';
}

/** Whether it is a string that has no lone surrogate. */
export function isWellFormed(value: unknown): value is string {
  return typeof value === 'string' && !LONE_SURROGATE.test(value);
}

/** Whether it is a topic without its prefix. */
export function isChannel(value: unknown): value is string {
  return isText(value) && bytesOf(value) <= LONGEST_CHANNEL && !value.startsWith('realtime:');
}

/** How many bytes a text has in UTF-8. */
export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
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
