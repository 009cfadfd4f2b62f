import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Context } from 'hono';
import { isObject } from '../http/body.js';

/** A request that cannot be done as it is written. Its message is one sentence. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** What a field of a request must be. */
export interface Field<Value> {
  /** What follows `"name" must be`. */
  expected: string;
  accepts: (value: unknown) => value is Value;
  isRequired?: boolean;
}

type Fields = Readonly<Record<string, Field<unknown>>>;
type Values<Shape extends Fields> = {
  [Name in keyof Shape]?: Shape[Name] extends Field<infer Value> ? Value : never;
};

/** The request's body; none at all is an empty object. */
export async function readBody(context: Context): Promise<Record<string, unknown>> {
  const text = await context.req.text();
  if (text.trim() === '') return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = null;
  }
  if (!isObject(body)) throw new InputError('The body must be a JSON object');
  return body;
}

/** The values of the fields that are given, checked. */
export function readFields<Shape extends Fields>(
  body: Readonly<Record<string, unknown>>,
  shape: Shape,
): Values<Shape> {
  const unknown = Object.keys(body).find((name) => !Object.hasOwn(shape, name));
  if (unknown !== undefined) {
    const known = Object.keys(shape).map((name) => `"${name}"`);
    throw new InputError(
      `"${unknown}" is no field here: there ${known.length === 0 ? 'are none' : `may be ${known.join(', ')}`}`,
    );
  }
  for (const [name, { expected, accepts, isRequired = false }] of Object.entries(shape)) {
    const isMissing = body[name] === undefined;
    if (isMissing ? isRequired : !accepts(body[name])) throw new InputError(`"${name}" must be ${expected}`);
  }
  return body as Values<Shape>;
}

export function required<Value>(field: Field<Value>): Field<Value> {
  return { ...field, isRequired: true };
}

export function nullable<Value>(field: Field<Value>): Field<Value | null> {
  return {
    expected: `${field.expected}, or null`,
    accepts: (value) => value === null || field.accepts(value),
  };
}

export function oneOf<const Choice extends string>(...choices: Choice[]): Field<Choice> {
  return {
    expected: `one of ${choices.map((choice) => `"${choice}"`).join(', ')}`,
    accepts: (value): value is Choice => (choices as readonly unknown[]).includes(value),
  };
}

export const text: Field<string> = {
  expected: 'a text that is not empty',
  accepts: (value): value is string => typeof value === 'string' && value !== '',
};

export const anyText: Field<string> = {
  expected: 'a text',
  accepts: (value): value is string => typeof value === 'string',
};

/** Headers: what no answer could carry would be an error of the server's much later. */
export const textsByName: Field<Record<string, string>> = {
  expected: 'an object of header names and their texts',
  accepts: (value): value is Record<string, string> =>
    isObject(value) && Object.entries(value).every(([name, content]) => isHeader(name, content)),
};

function isHeader(name: string, content: unknown): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, content as string);
    return typeof content === 'string';
  } catch {
    return false;
  }
}

/** No timer runs longer. */
const longestMs = 2_147_483_647;

export const milliseconds: Field<number> = {
  expected: 'a number of milliseconds',
  accepts: (value): value is number => typeof value === 'number' && value >= 0 && value <= longestMs,
};

export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): Field<number> {
  return {
    expected:
      most === Number.MAX_SAFE_INTEGER
        ? `a whole number, at least ${least}`
        : `a whole number from ${least} to ${most}`,
    accepts: (value): value is number =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most,
  };
}

export const anything: Field<unknown> = {
  expected: 'any JSON',
  accepts: (value): value is unknown => value !== undefined,
};
