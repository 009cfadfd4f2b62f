import { copied, invalid, isText } from '../arguments.js';
import { DashboardError } from '../errors.js';
import { isSignal } from '../resilience/arguments.js';

/** What a request is answered with. */
export type AnswerKind = 'json' | 'text' | 'bytes';

/** Options of `request`: those of `fetch`, and these. */
export interface ServiceRequest extends Omit<RequestInit, 'signal'> {
  /** Ends this caller's wait; the request itself goes on as long as somebody else waits for it. */
  signal?: AbortSignal | null | undefined;
  /** What is sent as JSON, with its content type; in place of `body`. */
  json?: unknown;
  /** What the answer is read as. Default `json`. */
  as?: AnswerKind | undefined;
  /** A key under which the service carries out a request once: then it may be retried. Sent as `Idempotency-Key`. */
  idempotencyKey?: string | undefined;
}

/** A request as it is sent, but for credentials and trace. */
export interface Asked {
  method: string;
  headers: Headers;
  body: BodyInit | null | undefined;
  signal: AbortSignal | undefined;
  as: AnswerKind;
  init: RequestInit;
}

/**
 * Reads what a request is given.
 *
 * @throws {DashboardError} `invalid_option`.
 */
export function checkedRequest(path: unknown, given: unknown = {}): Asked {
  if (typeof path !== 'string') throw invalid('request takes a path as its second argument: a string.');
  const {
    json,
    as = 'json',
    idempotencyKey,
    signal,
    headers,
    body,
    method = 'GET',
    ...init
  } = copied('request', given as ServiceRequest);
  if (!['json', 'text', 'bytes'].includes(as))
    throw invalid('Option "as" of request must be "json", "text" or "bytes".');
  if (signal != null && !isSignal(signal))
    throw invalid('Option "signal" of request must be an AbortSignal.');
  if (idempotencyKey !== undefined && !isText(idempotencyKey)) {
    throw invalid('Option "idempotencyKey" of request must be a string that is not empty.');
  }
  if (json !== undefined && body != null) throw invalid('Give request either `json` or `body`.');
  try {
    const sent = new Headers(headers);
    if (json !== undefined) sent.set('content-type', 'application/json');
    if (as === 'json' && !sent.has('accept')) sent.set('accept', 'application/json');
    if (idempotencyKey !== undefined) sent.set('idempotency-key', idempotencyKey);
    const content = json === undefined ? body : JSON.stringify(json);
    return {
      method: String(method).toUpperCase(),
      headers: sent,
      body: content,
      signal: signal ?? undefined,
      as,
      init,
    };
  } catch (cause) {
    throw cause instanceof DashboardError
      ? cause
      : invalid('request takes headers and content that can be sent.', cause);
  }
}

/** @throws {DashboardError} `invalid_option` unless it is a service's name. */
export function checkName(of: string, name: unknown): string {
  if (isText(name) && name.length <= 64) return name;
  throw invalid(`${of} takes a service's name as its first argument: a string of 1 to 64 characters.`);
}
