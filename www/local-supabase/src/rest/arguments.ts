import type { Context } from 'hono';
import { isObject } from '../http/body.js';
import { contentType, invalidBody, parseJson } from './body.js';
import { startsLikeFilter } from './filters.js';
import type { Callable, Given } from './functions.js';
import { isReserved } from './query.js';

/** The arguments of a call. */
export interface Call extends Given {
  /** A JSON object of the arguments by name, or the whole body. */
  text: string;
  /** Does this parameter of the URL belong to the function, and not to its rows? */
  isArgument: (name: string) => boolean;
}

/** From the URL: whatever an overload takes by this name, and whatever can be nothing else. */
export function readUrlArguments(parameters: URLSearchParams, overloads: readonly Callable[]): Call {
  const known = new Map(
    overloads.flatMap((overload) => overload.arguments.map((argument) => [argument.name, argument])),
  );
  const names = new Set<string>();
  for (const [name, value] of parameters) {
    if (known.has(name)) names.add(name);
    else if (!isReserved(name) && !isPaging(name) && !name.includes('.') && !startsLikeFilter(value)) {
      names.add(name);
    }
  }
  const values = [...names].map((name) => {
    const all = parameters.getAll(name);
    const last = all.at(-1) ?? '';
    // `?v=1&v=2` and `?v={1,2}` are the same list.
    const isList = known.get(name)?.variadic === true && !(all.length === 1 && last.startsWith('{'));
    return [name, isList ? all : last];
  });
  return {
    names,
    text: JSON.stringify(Object.fromEntries(values)),
    wholeBody: [],
    isArgument: (name) => names.has(name),
  };
}

/** From the body: an object of arguments, or one value for a function whose only argument has no name. */
export async function readBodyArguments(context: Context): Promise<Call> {
  const text = await context.req.text();
  const isArgument = (): boolean => false;
  switch (contentType(context)) {
    case 'application/json': {
      const body = text === '' ? {} : parseJson(text);
      const names = isObject(body) ? new Set(Object.keys(body)) : null;
      return { names, text: text === '' ? '{}' : text, wholeBody: ['json', 'jsonb'], isArgument };
    }
    case 'text/plain':
      return { names: null, text, wholeBody: ['text'], isArgument };
    default:
      throw invalidBody(`Content-Type not acceptable: ${contentType(context)}`);
  }
}

/** Never an argument's name, unless a function has one of that name. */
function isPaging(name: string): boolean {
  return name === 'order' || name === 'limit' || name === 'offset' || name === 'and' || name === 'or';
}
