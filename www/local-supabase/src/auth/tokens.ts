import { errors, jwtVerify, SignJWT } from 'jose';
import { type Claims, isCallerRole } from '../database/caller.js';
import { EarlyExpiry } from './earlyExpiry.js';

/** Why a token is refused. */
export type TokenProblem =
  | { kind: 'malformed'; part: 'shape' | 'algorithm' | 'expiry' | 'start' }
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
  readonly #earlyExpiry = new EarlyExpiry();

  constructor(secret: string) {
    this.#secret = new TextEncoder().encode(secret);
  }

  /** The `anon` or `service_role` key of the project. */
  projectKey(role: 'anon' | 'service_role'): Promise<string> {
    return this.sign({ iss: 'supabase', ref: 'local', role, iat: keysIssuedAt, exp: keysExpireAt });
  }

  /**
   * To be taken before the database is asked who may have a token: one that is made to expire meanwhile must not
   * outlive that because it is signed only afterwards.
   */
  get moment(): number {
    return this.#earlyExpiry.count;
  }

  async sign(claims: Readonly<Record<string, unknown>>, moment = this.moment): Promise<string> {
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(this.#secret);
    this.#earlyExpiry.issued(token, claims, moment);
    return token;
  }

  /** From now on every access token that this user has counts as expired; `null`: every user. */
  expireIssued(userId: string | null): void {
    this.#earlyExpiry.expire(userId, secondsNow());
  }

  async verify(token: string): Promise<Verified> {
    try {
      const { payload } = await jwtVerify(token, this.#secret, { algorithms: ['HS256'] });
      const { role } = payload;
      if (!isCallerRole(role) || payload.exp === undefined) return { problem: { kind: 'incomplete' } };
      const expiredAt = this.#earlyExpiry.expiryOf(token, payload);
      if (expiredAt !== null) return { problem: expired(expiredAt) };
      return { claims: { ...payload, role } as Claims };
    } catch (cause) {
      return { problem: problemOf(cause) };
    }
  }
}

function problemOf(cause: unknown): TokenProblem {
  if (cause instanceof errors.JWTExpired) return expired(cause.payload.exp ?? 0);
  if (cause instanceof errors.JWSSignatureVerificationFailed) return { kind: 'signature' };
  return { kind: 'malformed', part: partOf(cause) };
}

/** What of a token cannot be taken. */
function partOf(cause: unknown): 'shape' | 'algorithm' | 'expiry' | 'start' {
  if (cause instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (!(cause instanceof errors.JWTClaimValidationFailed)) return 'shape';
  return cause.claim === 'exp' ? 'expiry' : cause.claim === 'nbf' ? 'start' : 'shape';
}

function expired(at: number): TokenProblem {
  return { kind: 'expired', secondsAgo: Math.max(0, secondsNow() - at) };
}

function secondsNow(): number {
  return Math.floor(Date.now() / 1000);
}
