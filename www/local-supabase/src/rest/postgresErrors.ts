import { ConnectionError, isPostgresError, type PostgresError } from '../database/database.js';
import { RestError } from './errors.js';
import { toRaisedError } from './raised.js';

/** PostgreSQL's errors with the status that PostgREST documents for them. */
export function toRestError(cause: unknown, role: string): RestError {
  if (cause instanceof RestError) return cause;
  if (cause instanceof ConnectionError) {
    const [status, code]: [number, string] = cause.allBusy ? [504, 'PGRST003'] : [503, 'PGRST001'];
    return new RestError(status, code, cause.message);
  }
  if (!isPostgresError(cause)) return new RestError(500, 'XX000', 'An internal error happened');
  if (cause.code === 'PGRST') return toRaisedError(cause);
  const status = statusOf(cause, role);
  return new RestError(
    status,
    cause.code,
    cause.message,
    cause.detail ?? null,
    cause.hint ?? null,
    status === 401 ? { 'www-authenticate': 'Bearer' } : {},
  );
}

const statusByCode: Readonly<Record<string, number>> = {
  '23503': 409,
  '23505': 409,
  '25006': 405,
  '42883': 404,
  '42P01': 404,
  '42P17': 500,
  '53400': 500,
  // The server shuts down, crashed, or starts: the same request may work in a moment.
  '57P01': 503,
  '57P02': 503,
  '57P03': 503,
  P0001: 400,
};

/** By the first two characters; a code of any other class is the client's mistake. */
const statusByClass: Readonly<Record<string, number>> = {
  '08': 503,
  '09': 500,
  '0L': 403,
  '0P': 403,
  '25': 500,
  '28': 403,
  '2D': 500,
  '38': 500,
  '39': 500,
  '3B': 500,
  '40': 500,
  '53': 503,
  '54': 500,
  '55': 500,
  '57': 500,
  '58': 500,
  F0: 500,
  HV: 500,
  P0: 500,
  XX: 500,
};

function statusOf(error: PostgresError, role: string): number {
  if (error.code === '42501') return role === 'anon' ? 401 : 403;
  // A function may choose its own status: raise exception with errcode 'PT404'.
  const chosen = /^PT([2-5]\d\d)$/.exec(error.code)?.[1];
  if (chosen !== undefined) return Number(chosen);
  return statusByCode[error.code] ?? statusByClass[error.code.slice(0, 2)] ?? 400;
}
