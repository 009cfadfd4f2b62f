/** Milliseconds until a fetch that has failed is tried again, at first and at most, before up to a quarter is added by chance. */
const FIRST_PAUSE = 4_000;
const LONGEST_PAUSE = 24_000;

/** When what has failed is tried again. */
export class Retries {
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Whether it will be. */
  get isWaiting(): boolean {
    return this.#timer !== undefined;
  }

  /**
   * It has failed once more. All devices lose a server at the same moment: they do not come back at the same one.
   *
   * @param least milliseconds before which nothing would be fetched
   */
  later(work: () => void, least = 0): void {
    clearTimeout(this.#timer);
    const pause = Math.max(least, Math.min(LONGEST_PAUSE, FIRST_PAUSE * 1.5 ** this.#failures));
    this.#failures += 1;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        work();
      },
      pause * (1 + Math.random() / 4),
    );
  }

  /** It has not, or is tried now. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#failures = 0;
  }
}
