/** No timer runs longer: a token is looked at again at least so often. */
const longestTimerMs = 300_000;

/** Calls when a token expires. */
export class ExpiryTimer {
  readonly #onExpiry: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(onExpiry: () => void) {
    this.#onExpiry = onExpiry;
  }

  /** `expiry` is a token's `exp`, in seconds. */
  watch(expiry: number): void {
    this.stop();
    const remaining = Math.max(0, expiry * 1_000 - Date.now());
    this.#timer = setTimeout(
      () => (remaining > longestTimerMs ? this.watch(expiry) : this.#onExpiry()),
      Math.min(remaining, longestTimerMs),
    );
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
