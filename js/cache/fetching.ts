import {
  type CacheFetchOptions,
  type CheckedCache,
  type CheckedFetching,
  checkedFetching,
} from '../options/cache.js';
import { isSignal } from '../resilience/arguments.js';
import { isLike, isPlain, type Likeness, likenessHash, likenessOf } from './likeness.js';

/** The most options that are remembered. An application has as many as it has kinds of values. */
const MOST_REMEMBERED = 200;

interface Remembered {
  readonly options: Likeness;
  readonly version: string | undefined;
  readonly fetching: CheckedFetching;
}

/** How values are fetched. What was checked is remembered, as looking at it takes longer than all else that a value in memory costs. */
export class Fetchings {
  readonly #byDefault: CheckedCache;
  readonly #remembered = new Map<number, Remembered>();

  constructor(byDefault: CheckedCache) {
    this.#byDefault = byDefault;
  }

  /**
   * Checks how a value is fetched. `version` is that of its key.
   *
   * @throws {DashboardError} `invalid_option`, `unknown_option`.
   */
  of(given: CacheFetchOptions, version: string | undefined): ReturnType<typeof checkedFetching> {
    let own = given;
    let copy: CacheFetchOptions | undefined;
    let signal: AbortSignal | undefined;
    let hash = 0;
    try {
      // A signal is another one each time.
      if (isPlain(given) && given.signal !== undefined) ({ signal, ...own } = given);
      if (isPlain(own) && (signal === undefined || isSignal(signal))) {
        hash = likenessHash(own);
        const known = this.#remembered.get(hash);
        const isKnown = known !== undefined && known.version === version && isLike(known.options, own);
        if (isKnown) return { fetching: known.fetching, signal };
        // Each field is read once: what is remembered is what was checked.
        copy = structuredClone(own);
      }
    } catch {
      // The check says what cannot be read.
    }
    if (copy === undefined) return checkedFetching(given, this.#byDefault, version);
    const { fetching } = checkedFetching(copy, this.#byDefault, version);
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(hash, { options: likenessOf(copy), version, fetching });
    return { fetching, signal };
  }
}
