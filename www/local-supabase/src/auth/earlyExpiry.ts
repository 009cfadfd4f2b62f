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
  /** When whose tokens expired, in seconds, and as which expiry; `null`: everyone's. */
  readonly #expired = new Map<string | null, { at: number; number: number }>();
  /**
   * What the time alone would judge wrongly, with its user, and when it expired or `null`. Tokens count their age in
   * whole seconds, so there are some that were issued after an expiry, but within its second. And there are some whose
   * making had begun before an expiry and ended after it.
   */
  readonly #exceptions = new Map<string, { user: string; expiredAt: number | null }>();
  #count = 0;

  /** How many expiries there were. */
  get count(): number {
    return this.#count;
  }

  expire(userId: string | null, now: number): void {
    this.#count += 1;
    this.#expired.set(userId, { at: now, number: this.#count });
    for (const [token, { user }] of this.#exceptions) {
      if (userId === null || user === userId) this.#exceptions.set(token, { user, expiredAt: now });
    }
  }

  /** `since` is what {@link count} was when it was decided that this user may have a token. */
  issued(token: string, claims: IssueClaims, since: number): void {
    const { sub: user } = claims;
    if (typeof user !== 'string') return;
    const last = this.#lastOf(user);
    const isLate = last !== null && last.number > since;
    if (isLate) this.#exceptions.set(token, { user, expiredAt: last.at });
    else if (this.#cutoffOf(claims) !== null) this.#exceptions.set(token, { user, expiredAt: null });
  }

  /** When the token expired, in seconds, or `null`. */
  expiryOf(token: string, claims: IssueClaims): number | null {
    const exception = this.#exceptions.get(token);
    return exception === undefined ? this.#cutoffOf(claims) : exception.expiredAt;
  }

  #cutoffOf({ sub, iat }: IssueClaims): number | null {
    const last = typeof sub === 'string' ? this.#lastOf(sub) : null;
    const issuedAt = typeof iat === 'number' ? iat : 0;
    return last !== null && issuedAt <= last.at ? last.at : null;
  }

  /** The last expiry that was about a user. */
  #lastOf(user: string): { at: number; number: number } | null {
    const [all, own] = [this.#expired.get(null), this.#expired.get(user)];
    if (all === undefined || own === undefined) return all ?? own ?? null;
    return all.number > own.number ? all : own;
  }
}
