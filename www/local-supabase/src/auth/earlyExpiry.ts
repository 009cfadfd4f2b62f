/** The claims that decide when a token was made, and for whom. */
interface IssueClaims {
  sub?: unknown;
  iat?: unknown;
}

/**
 * Which access tokens were made to expire before their time. It lives as long as the process. The project's keys name
 * no user and never expire so.
 */
export class EarlyExpiry {
  /** When whose tokens expired, in seconds; `null`: everyone's. */
  readonly #expiredAt = new Map<string | null, number>();
  /**
   * Tokens count their age in whole seconds: those that were issued after an expiry, but within its second, are
   * remembered one by one.
   */
  readonly #spared = new Map<string, string>();

  expire(userId: string | null, now: number): void {
    this.#expiredAt.set(userId, now);
    for (const [token, user] of this.#spared) {
      if (userId === null || user === userId) this.#spared.delete(token);
    }
  }

  issued(token: string, claims: IssueClaims): void {
    const { sub } = claims;
    if (typeof sub === 'string' && this.#cutoffOf(claims) !== null) this.#spared.set(token, sub);
  }

  /** When the token expired, in seconds, or `null`. */
  expiryOf(token: string, claims: IssueClaims): number | null {
    return this.#spared.has(token) ? null : this.#cutoffOf(claims);
  }

  #cutoffOf({ sub, iat }: IssueClaims): number | null {
    if (typeof sub !== 'string') return null;
    const cutoff = Math.max(this.#expiredAt.get(null) ?? 0, this.#expiredAt.get(sub) ?? 0);
    const issuedAt = typeof iat === 'number' ? iat : 0;
    return cutoff > 0 && issuedAt <= cutoff ? cutoff : null;
  }
}
