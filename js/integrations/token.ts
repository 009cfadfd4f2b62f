import { DashboardError } from '../errors.js';
import type { CheckedManager } from '../options/manager.js';
import type { Credentials } from '../options/service.js';

/** Milliseconds that the application's function may take. */
const WITHIN = 10_000;

/** The user's access token for requests, as the application gives it: asked for once at a time, and kept until the server refuses it. */
export class Token {
  readonly #source: CheckedManager['accessToken'];
  readonly #key: string;
  /** `undefined`: it has to be asked for. */
  #token: string | null | undefined;
  #asking: Promise<string | null> | undefined;
  /** What the last request was given. */
  #given: string | null | undefined;

  constructor({ accessToken, key }: Pick<CheckedManager, 'accessToken' | 'key'>) {
    this.#source = accessToken;
    this.#key = key;
    if (typeof accessToken !== 'function') this.#token = accessToken;
  }

  /** The application, or the session it follows, has another one. */
  set(token: string | null): void {
    this.#token = token;
    this.#asking = undefined;
  }

  /** Whether it is known that nobody is signed in. */
  get isNone(): boolean {
    return this.#token === null;
  }

  /** Whether a request has been sent as somebody else than who is here now, as far as tokens tell. */
  get wasAnothers(): boolean {
    if (this.#given === undefined || this.#token === undefined) return false;
    return userOf(this.#given) !== userOf(this.#token);
  }

  /**
   * The headers of a request to the project; `wasRefused` asks for another token.
   *
   * @throws {DashboardError} `token_unavailable`.
   */
  async headers(wasRefused: boolean): Promise<Credentials> {
    if (wasRefused && typeof this.#source === 'function') this.#token = undefined;
    const token = this.#token === undefined ? await this.#ask() : this.#token;
    this.#given = token;
    return { apikey: this.#key, authorization: `Bearer ${token ?? this.#key}` };
  }

  #ask(): Promise<string | null> {
    const source = this.#source;
    if (typeof source !== 'function') return Promise.resolve(null);
    if (this.#asking) return this.#asking;
    const asking = this.#answer(source).then((token) => {
      // Another may have been set meanwhile, and counts.
      if (this.#asking !== asking) return this.#token ?? token;
      this.#token = token;
      return token;
    });
    this.#asking = asking;
    const end = () => {
      if (this.#asking === asking) this.#asking = undefined;
    };
    asking.then(end, end);
    return asking;
  }

  async #answer(source: () => Promise<string | null>): Promise<string | null> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('it did not answer within 10,000 ms')), WITHIN);
    });
    try {
      return await Promise.race([source(), late]);
    } catch (cause) {
      throw new DashboardError(
        'token_unavailable',
        'The `accessToken` function gave no token. It is asked again with the next request.',
        {
          retryable: true,
          cause,
        },
      );
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The `sub` of a token; of one that has none, itself. */
function userOf(token: string | null): unknown {
  try {
    const [, claims = ''] = (token ?? '').split('.');
    return JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))).sub;
  } catch {
    return token;
  }
}
