/**
 * The one error of this package.
 *
 * `code` is stable and documented in `docs/errors.md`; `message` says what is wrong and what to do;
 * `retryable` says whether the same call may succeed later.
 */
export class DashboardError extends Error {
  override readonly name = 'DashboardError';
  readonly code: string;
  readonly retryable: boolean;
  /** Milliseconds to wait before trying again, where the server named a time. */
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
