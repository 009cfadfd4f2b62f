/** Something that is over unless it ends before. */
export interface Waiting {
  readonly until: number;
  /** What to do when it is over; `undefined` once it has ended. */
  expire: (() => void) | undefined;
}

/**
 * Timeouts of one length. Those that begin later are over later, so one timer of the browser's, for the first, is enough for all:
 * one each would cost more than all else of a call.
 */
export class Timeouts {
  readonly millis: number;
  /** In the order of their ends. */
  #waiting: Waiting[] = [];
  #first = 0;
  #isArmed = false;

  constructor(millis: number) {
    this.millis = millis;
  }

  add(expire: () => void): Waiting {
    const one = { until: performance.now() + this.millis, expire };
    this.#waiting.push(one);
    if (!this.#isArmed) this.#arm(this.millis);
    return one;
  }

  end(one: Waiting): void {
    one.expire = undefined;
    this.#shorten();
  }

  #arm(millis: number): void {
    this.#isArmed = true;
    setTimeout(() => this.#look(), millis);
  }

  #look(): void {
    this.#isArmed = false;
    const now = performance.now();
    for (;;) {
      this.#shorten();
      const first = this.#waiting[this.#first];
      if (!first) return;
      if (first.until > now) {
        this.#arm(first.until - now);
        return;
      }
      const { expire } = first;
      first.expire = undefined;
      expire?.();
    }
  }

  /** Lets go of those that have ended, as far as they come first. */
  #shorten(): void {
    const waiting = this.#waiting;
    while (this.#first < waiting.length && !waiting[this.#first]?.expire) this.#first += 1;
    if (this.#first === waiting.length) {
      waiting.length = 0;
      this.#first = 0;
    } else if (this.#first > 1_000) {
      waiting.splice(0, this.#first);
      this.#first = 0;
    }
  }
}
