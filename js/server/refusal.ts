/** Why a request was not answered as it asked. */
export type RefusalCode =
  | 'invalid_request'
  | 'not_signed_in'
  | 'not_a_member'
  | 'superseded'
  | 'too_large'
  | 'remote_unavailable';

const STATUS: Readonly<Record<RefusalCode, number>> = {
  invalid_request: 400,
  not_signed_in: 401,
  not_a_member: 403,
  superseded: 409,
  too_large: 413,
  remote_unavailable: 503,
};

/** Thrown where a request is refused, and made an answer by the handler. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly status: number;
  /** What the answer says besides. */
  readonly more: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(
    code: RefusalCode,
    message: string,
    {
      status = STATUS[code],
      more = {},
      headers = {},
    }: { status?: number; more?: Record<string, unknown>; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.more = more;
    this.headers = headers;
  }
}
