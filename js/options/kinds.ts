import * as v from 'valibot';
import { isText, TEXT } from '../arguments.js';

/** A string that is not empty and has no lone surrogate. */
export const text = v.custom<string>(isText, TEXT);

/** `true` or `false`. */
export function flag<Default extends boolean>(byDefault: Default) {
  return v.optional(v.boolean('true or false'), byDefault);
}

/** One of several words. */
export function choice<const Words extends readonly [string, ...string[]]>(words: Words) {
  const quoted = words.map((word) => `"${word}"`);
  const last = quoted.pop();
  return v.picklist(words, `${quoted.join(', ')} or ${last}`);
}

/** A whole number within these bounds. */
export function whole(least: number, most: number) {
  const message = `a whole number from ${least} to ${most}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
}

/** A function. */
export function callback<Signature extends (value: never) => unknown>() {
  return v.custom<Signature>((value) => typeof value === 'function', 'a function');
}

/** What must be left out, because another option is given. */
export function without(message: string) {
  return v.optional(v.undefined(message));
}

/** What is checked apart; `message` says for the guide what it is. */
export function checkedApart<Type>(message: string) {
  return v.custom<Type>(() => true, message);
}
