import type { TokenProblem } from '../auth/tokens.js';

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

/**
 * The token a channel runs under: the one of the join, unless that is none (a key of the new kind, a wrong type),
 * when it is the one of the handshake.
 */
export function chooseToken(offered: unknown, fallback: string): string {
  return typeof offered === 'string' && !offered.startsWith('sb_') ? offered : fallback;
}
