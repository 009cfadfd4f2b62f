import { isPostgresError, type PostgresError } from '../database/database.js';

/** An answer in PostgREST's shape. */
export class RestError extends Error {
  override readonly name = 'RestError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: string | null = null,
    readonly hint: string | null = null,
  ) {
    super(message);
  }
}

export function toRestError(cause: unknown, role: string): RestError {
  if (cause instanceof RestError) return cause;
  if (!isPostgresError(cause)) return new RestError(500, 'XX000', 'An internal error happened');
  return new RestError(
    statusOf(cause, role),
    cause.code,
    cause.message,
    cause.detail ?? null,
    cause.hint ?? null,
  );
}

const statusByCode: Readonly<Record<string, number>> = {
  '23503': 409,
  '23505': 409,
  '25006': 405,
  '42883': 404,
  '42P01': 404,
  '42P17': 500,
  '55P03': 503,
  '57014': 500,
  P0001: 400,
};

const statusByClass: Readonly<Record<string, number>> = {
  '08': 503,
  '22': 400,
  '23': 400,
  '28': 403,
  '42': 400,
  '53': 503,
};

function statusOf(error: PostgresError, role: string): number {
  if (error.code === '42501') return role === 'anon' ? 401 : 403;
  // A function may choose its own status: raise exception with errcode 'PT404'.
  const chosen = /^PT([1-5]\d\d)$/.exec(error.code)?.[1];
  if (chosen !== undefined) return Number(chosen);
  return statusByCode[error.code] ?? statusByClass[error.code.slice(0, 2)] ?? 500;
}
