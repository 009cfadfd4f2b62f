/** So many failures one after the other open it. */
const MOST_FAILURES = 3;
/** It is open for so long at first, and then for twice as long each time a probe fails, in milliseconds. */
const SHORTEST_OPEN = 500;
const LONGEST_OPEN = 10_000;

/** Leave to ask, to be given back with how it went. */
export type Permit = number;

/**
 * Keeps from asking what does not answer: after some failures nobody asks for a while, and then one does. The circuit breaker of the
 * package's own is in the WebAssembly module, which a server does not load.
 */
export class Breaker {
  readonly #now: () => number;
  /** Of the state that is; a result of a former one says nothing of it. */
  #generation = 0;
  #failures = 0;
  #openings = 0;
  /** Until then it is open, while it is not closed. */
  #until = 0;
  #isProbing = false;

  /** @param now gives milliseconds of a clock that is never set */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Leave to ask, unless it is open. */
  permit(): Permit | undefined {
    if (this.#openings === 0) return this.#generation;
    if (this.#isProbing || this.#now() < this.#until) return undefined;
    this.#isProbing = true;
    return this.#generation;
  }

  /** How it went. */
  settle(permit: Permit, isWell: boolean): void {
    if (permit !== this.#generation) return;
    if (isWell) {
      if (this.#openings > 0) this.#generation += 1;
      this.#failures = 0;
      this.#openings = 0;
      this.#isProbing = false;
      return;
    }
    this.#failures += 1;
    if (this.#openings > 0 || this.#failures >= MOST_FAILURES) this.#open();
  }

  #open(): void {
    this.#until = this.#now() + Math.min(LONGEST_OPEN, SHORTEST_OPEN * 2 ** this.#openings);
    this.#openings += 1;
    this.#generation += 1;
    this.#isProbing = false;
  }
}
