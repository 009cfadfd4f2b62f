import { Refusal } from './refusal.js';
import type { Found } from './store.js';

/** Says which tier has answered, or that none was reached. */
const TIER = 'x-cache-tier';
/** As `Age`, in milliseconds. */
const AGE = 'x-cache-age';

/** A user's data: for nobody else, and for no cache on its way. */
const COMMON = { 'cache-control': 'private, no-store', 'x-content-type-options': 'nosniff' };
const JSON_TYPE = 'application/json; charset=utf-8';

/** An entry, or that the asker has its value already. */
export function hit(tier: string, { header, age, etag, body }: Found): Response {
  const headers = {
    ...COMMON,
    [TIER]: tier,
    'x-cache-entry': header,
    age: String(Math.floor(age / 1_000)),
    [AGE]: String(age),
    etag: `"${etag}"`,
  };
  if (body === undefined) return new Response(null, { status: 304, headers });
  const length = String(body.byteLength);
  return new Response(body as Uint8Array<ArrayBuffer>, {
    headers: { ...headers, 'content-type': JSON_TYPE, 'content-length': length },
  });
}

/** Nothing is there, or nothing could be asked. */
export function miss(tier: string): Response {
  return done({ [TIER]: tier });
}

/** It is done, and there is nothing to be said. */
export function done(headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 204, headers: { ...COMMON, ...headers } });
}

/** What was asked for. */
export function told(value: object): Response {
  return json(value, 200, {});
}

/** Why it was not done. */
export function refused({ code, message, more, status, headers }: Refusal): Response {
  return json({ code, message, ...more }, status, headers);
}

/** That it may be done later. */
export function unavailable(): Response {
  return refused(new Refusal('remote_unavailable', 'The cache could not be reached: try again later.'));
}

function json(value: object, status: number, headers: Record<string, string>): Response {
  const all = { ...COMMON, ...headers, 'content-type': JSON_TYPE };
  return new Response(JSON.stringify(value), { status, headers: all });
}
