import { errors, jwtVerify, SignJWT } from 'jose';
import { type Claims, isCallerRole } from '../database/caller.js';

/** Why a token is refused. */
export type TokenProblem =
  | { kind: 'malformed' }
  | { kind: 'signature' }
  | { kind: 'incomplete' }
  | { kind: 'expired'; secondsAgo: number };

export type Verified =
  | { claims: Claims; problem?: undefined }
  | { claims?: undefined; problem: TokenProblem };

/** The keys of a secret never change, so that a data folder's survive a restart: their times are fixed. */
const keysIssuedAt = Date.UTC(2026, 0, 1) / 1000;
const keysExpireAt = Date.UTC(2046, 0, 1) / 1000;

/** Signs and verifies the project's tokens: HS256 with one secret, as a local Supabase project does. */
export class TokenAuthority {
  readonly #secret: Uint8Array;

  constructor(secret: string) {
    this.#secret = new TextEncoder().encode(secret);
  }

  /** The `anon` or `service_role` key of the project. */
  projectKey(role: 'anon' | 'service_role'): Promise<string> {
    return this.sign({ iss: 'supabase', ref: 'local', role, iat: keysIssuedAt, exp: keysExpireAt });
  }

  sign(claims: Readonly<Record<string, unknown>>): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(this.#secret);
  }

  async verify(token: string): Promise<Verified> {
    try {
      const { payload } = await jwtVerify(token, this.#secret, { algorithms: ['HS256'] });
      const { role } = payload;
      if (!isCallerRole(role) || payload.exp === undefined) return { problem: { kind: 'incomplete' } };
      return { claims: { ...payload, role } as Claims };
    } catch (cause) {
      return { problem: problemOf(cause) };
    }
  }
}

function problemOf(cause: unknown): TokenProblem {
  if (cause instanceof errors.JWTExpired) {
    const expiry = cause.payload.exp ?? 0;
    return { kind: 'expired', secondsAgo: Math.max(0, Math.floor(Date.now() / 1000) - expiry) };
  }
  if (cause instanceof errors.JWSSignatureVerificationFailed) return { kind: 'signature' };
  return { kind: 'malformed' };
}
