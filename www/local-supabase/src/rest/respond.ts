import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { RestError } from './errors.js';
import type { RestRequest } from './request.js';

/** What a statement answered. */
export interface Outcome {
  /** The answer's text: a JSON list of rows, a function's single value, or CSV. */
  body: string;
  total: number;
  /** All rows that match, if they were counted. */
  count: number | null;
  /** The rows of an upsert that were there already. */
  updated: number;
  /** The key of the first row that a write changed, if it was asked for. */
  keys: string[] | null;
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
  { mediaType }: RestRequest,
  status: number,
  body: string | null,
): Response {
  const type = `${mediaType.contentType}; charset=utf-8`;
  if (body === null) return context.body(null, status as 204);
  if (context.req.method === 'HEAD') return context.body(null, status as 204, { 'content-type': type });
  return context.body(body, status as ContentfulStatusCode, { 'content-type': type });
}

/** `0-9/20`: which rows these are, and of how many. */
export function contentRange(first: number, rows: number, count: number | null): string {
  const range = rows === 0 || count === 0 ? '*' : `${first}-${first + rows - 1}`;
  return `${range}/${count ?? '*'}`;
}

const withoutBody: ReadonlySet<number> = new Set([204, 205, 304]);

export function respondWithError(context: Context, error: RestError): Response {
  for (const [name, value] of Object.entries(error.headers)) context.header(name, value);
  const { code, details, hint, message } = error;
  const status = error.status as ContentfulStatusCode;
  // A status that is defined to have no body may be chosen by a function, too.
  if (withoutBody.has(error.status)) return context.body(null, error.status as 204);
  return context.body(JSON.stringify({ code, details, hint, message }), status, {
    'content-type': 'application/json; charset=utf-8',
  });
}
