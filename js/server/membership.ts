import { LRUCache } from 'lru-cache';
import type { Identity } from './identity.js';
import { Refusal } from './refusal.js';

/** Whether a user is a member of a supplier's. The token is the caller's own, verified. */
export type IsMember = (asked: {
  /** The user's id. */
  sub: string;
  /** The supplier's id, as the request names it: not checked in any way. */
  supplier: string;
  /** The caller's own access token. */
  token: string;
  /** Aborted when the answer comes too late. */
  signal: AbortSignal;
}) => boolean | PromiseLike<boolean>;

/** So long it is known who is a member, in milliseconds: so long a removal takes to show. */
const KNOWN_FOR = 60_000;
/** And who is not, so that who becomes one need not wait. */
const REFUSED_FOR = 5_000;
const MOST_KNOWN = 10_000;
/** So long the application may take to find out, in milliseconds. */
const TIMEOUT = 3_000;

/** Remembers for a short time who is a member. */
export class Memberships {
  readonly #isMember: IsMember;
  readonly #onError: (error: Error) => void;
  readonly #now: () => number;
  readonly #known: LRUCache<string, boolean>;
  readonly #asking = new Map<string, Promise<boolean>>();

  /** @param now gives milliseconds of a clock that is never set */
  constructor(
    isMember: IsMember,
    onError: (error: Error) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#isMember = isMember;
    this.#onError = onError;
    this.#now = now;
    this.#known = new LRUCache({ max: MOST_KNOWN, perf: { now }, ttlResolution: 0 });
  }

  /** @throws {Refusal} `not_a_member`; `remote_unavailable` if it could not be found out. */
  async check(identity: Identity, supplier: string): Promise<void> {
    const name = JSON.stringify([identity.sub, supplier]);
    const isMember = this.#known.get(name) ?? (await this.#ask(name, identity, supplier));
    if (!isMember) throw new Refusal('not_a_member', 'The user is not a member of this supplier.');
  }

  #ask(name: string, identity: Identity, supplier: string): Promise<boolean> {
    const asked = this.#asking.get(name);
    if (asked) return asked;
    const start = this.#now();
    const asking = this.#askNow(identity, supplier)
      .then((isMember) => {
        this.#known.set(name, isMember, { ttl: isMember ? KNOWN_FOR : REFUSED_FOR, start });
        return isMember;
      })
      .finally(() => this.#asking.delete(name));
    this.#asking.set(name, asking);
    return asking;
  }

  async #askNow({ sub, token }: Identity, supplier: string): Promise<boolean> {
    const signal = AbortSignal.timeout(TIMEOUT);
    try {
      const late = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      return (await Promise.race([this.#isMember({ sub, supplier, token, signal }), late])) === true;
    } catch (error) {
      if (error instanceof Error) this.#onError(error);
      throw new Refusal('remote_unavailable', 'It could not be found out who is a member of this supplier.');
    }
  }
}
