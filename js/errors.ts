/**
 * The one error of this package.
 *
 * `code` is stable and documented in `docs/errors.md`; `message` says what is wrong and what to do;
 * `retryable` says whether the same call may succeed later.
 *
 * @example
 * ```ts
 * try {
 *   await dashboard.realtime.subscribe('feed', { channel: 'feed', onData: console.log });
 * } catch (error) {
 *   if (error instanceof DashboardError && error.code === 'join_refused') showSignIn();
 *   else throw error;
 * }
 * ```
 */
export class DashboardError extends Error {
  override readonly name = 'DashboardError';
  /** Stable: compare with this, never with the message. */
  readonly code: string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** Milliseconds until the next attempt, where one is planned or the server named a time. */
  readonly retryAfter?: number;

  constructor(
    code: string,
    message: string,
    options: { retryable?: boolean; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter;
  }
}

/** An error as the module gives it. */
export interface ErrorFields {
  code: string;
  message: string;
  retryable: boolean;
  retryAfter?: number;
  cause?: unknown;
}

/** Makes the class of the module's plain object, and of anything else, which should not have been thrown. */
export function toError(thrown: unknown): DashboardError {
  if (thrown instanceof DashboardError) return thrown;
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown) || thrown instanceof Error) {
    const message = 'Something failed that should not have. Please report it.';
    return new DashboardError('unexpected', message, { cause: thrown });
  }
  const { code, message, ...options } = thrown as ErrorFields;
  return new DashboardError(code, message, options);
}
