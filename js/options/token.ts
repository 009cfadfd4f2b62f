import { bytesOf, invalid, isText } from '../arguments.js';

/** A token source: the user's access token (a JWT), or `null` for the anonymous role. */
export type AccessToken = string | null | (() => string | null | Promise<string | null>);

/** The most bytes of a token, and of a key. The server closes a socket whose frames are too large, each time anew. */
const LONGEST_TOKEN = 100_000;

/** What keeps it from being a user's token, without repeating it; nothing does if it is one. */
export function flawOf(token: unknown): string | undefined {
  if (typeof token !== 'string') return 'something that is no string';
  if (token === '') return 'an empty string';
  if (!isText(token)) return 'a string with a lone surrogate';
  if (isTooLong(token)) return 'a string of more than 100,000 bytes';
  if (isSecret(token)) return 'a secret key: it gives everybody who reads the page all rights';
  return undefined;
}

/** Whether a token or a key has more bytes than may be sent. */
export function isTooLong(token: string): boolean {
  return token.length > LONGEST_TOKEN || bytesOf(token) > LONGEST_TOKEN;
}

/** Whether it is a project's secret key, which no page may have: one of the new kind, or a JWT of the service role. */
export function isSecret(token: string): boolean {
  if (token.trim().startsWith('sb_secret_')) return true;
  try {
    const [, claims = ''] = token.split('.');
    return JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))).role === 'service_role';
  } catch {
    return false;
  }
}

/**
 * A token as `setAuth` is given it.
 *
 * @throws {DashboardError} `invalid_option`.
 */
export function checkToken(token: unknown): void {
  const flaw = token === null ? undefined : flawOf(token);
  if (flaw === undefined) return;
  throw invalid(
    `setAuth takes a user's token as its argument, or null for the key's own role. It was given ${flaw}.`,
  );
}

/** The source of the application's, whose answers are checked: the module is given a user's token, or `null`. */
export function checkedSource(source: () => unknown): () => Promise<string | null> {
  return async () => {
    const token = (await source()) ?? null;
    const flaw = token === null ? undefined : flawOf(token);
    if (flaw !== undefined) throw new TypeError(`it returned neither a user's token nor null but ${flaw}`);
    return token as string | null;
  };
}
