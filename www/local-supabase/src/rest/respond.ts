import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { RestError } from './errors.js';
import type { RestRequest } from './request.js';

/** What a statement answered. */
export interface Outcome {
  /** A JSON text: an array of rows, or a function's single value. */
  body: string;
  total: number;
  /** All rows that match, if they were counted. */
  count: number | null;
}

/** The only row as an object; anything but one row is an error. */
export function onlyRow(outcome: Outcome): string {
  if (outcome.total !== 1) {
    throw new RestError(
      406,
      'PGRST116',
      'Cannot coerce the result to a single JSON object',
      `The result contains ${outcome.total} rows`,
    );
  }
  // The text is '[', the row and ']': cutting keeps every digit that parsing would lose.
  return outcome.body.slice(1, -1);
}

export function respond(
  context: Context,
  request: RestRequest,
  status: number,
  body: string | null,
): Response {
  if (body === null || context.req.method === 'HEAD') return context.body(null, status as 204);
  const type = request.preferences.wantsOne ? 'application/vnd.pgrst.object+json' : 'application/json';
  return context.body(body, status as ContentfulStatusCode, { 'content-type': `${type}; charset=utf-8` });
}

export function contentRange(offset: number, outcome: Outcome): string {
  const range = outcome.total === 0 ? '*' : `${offset}-${offset + outcome.total - 1}`;
  return `${range}/${outcome.count ?? '*'}`;
}

export function respondWithError(context: Context, error: RestError): Response {
  if (error.status === 401) context.header('www-authenticate', 'Bearer');
  return context.json(
    { code: error.code, details: error.details, hint: error.hint, message: error.message },
    error.status as ContentfulStatusCode,
  );
}
