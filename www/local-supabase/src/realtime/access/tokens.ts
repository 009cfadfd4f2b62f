import type { TokenProblem } from '../../auth/tokens.js';

/** How the server words a refused token inside a channel. */
export function channelProblem(problem: TokenProblem): string {
  switch (problem.kind) {
    case 'expired':
      return `Token has expired ${problem.secondsAgo} seconds ago`;
    case 'signature':
      return ':signature_error';
    case 'incomplete':
      return 'Fields `role` and `exp` are required in JWT';
    case 'malformed':
      return 'The token provided is not a valid JWT';
  }
}

/** The same in the reply to a join, where a code comes first. */
export function joinProblem(problem: TokenProblem): string {
  switch (problem.kind) {
    case 'signature':
      return 'JwtSignatureError: Failed to validate JWT signature';
    case 'malformed':
      return `MalformedJWT: ${channelProblem(problem)}`;
    default:
      return `InvalidJWTToken: ${channelProblem(problem)}`;
  }
}

/** The same in the answer to a handshake. */
export function handshakeProblem(problem: TokenProblem): string {
  switch (problem.kind) {
    case 'expired':
      return 'Token has expired';
    case 'signature':
      return 'Failed to validate JWT signature';
    default:
      return channelProblem(problem);
  }
}

/** Keys of the new kind are no tokens: a channel keeps the one it has. */
export function isToken(offered: unknown): offered is string {
  return typeof offered === 'string' && !offered.startsWith('sb_');
}

/**
 * The token a channel runs under: the one of its join, by its older name or its present one, unless that is none
 * (a key of the new kind, a wrong type), when it is the one of the handshake.
 */
export function chooseToken(payload: Readonly<Record<string, unknown>>, fallback: string): string {
  const { access_token: token, user_token: userToken } = payload;
  const first = token ?? userToken;
  if (typeof first === 'string' && !isToken(first)) return fallback;
  return [userToken, token].find((offered) => typeof offered === 'string') ?? fallback;
}
