/** The locks of fetches: among the tabs of a site one fetches a key at a time. */
export class Locks {
  readonly #prefix: string;
  /** Ends the lock of a flight, or the wait for it. */
  readonly #ends = new Map<number, () => void>();

  constructor(project: string) {
    this.#prefix = `wedsync-dashboard/${project}/cache/`;
  }

  static get areThere(): boolean {
    return typeof navigator !== 'undefined' && Boolean(navigator.locks);
  }

  /** Calls `held` once the lock of a key is held, or was waited for for so many milliseconds; with whether another tab had it. */
  take(flight: number, key: string, within: number, held: (wasContended: boolean) => void): void {
    const name = this.#prefix + key;
    const waiting = new AbortController();
    let isOver = false;
    this.#ends.set(flight, () => {
      isOver = true;
      waiting.abort();
    });
    const hold = (wasContended: boolean): Promise<void> | undefined => {
      if (isOver) return undefined;
      isOver = true;
      const ended = new Promise<void>((resolve) => this.#ends.set(flight, resolve));
      held(wasContended);
      return ended;
    };
    void this.#request(name, within, waiting.signal, hold)
      .catch(() => {})
      // Without a lock it is fetched all the same, a second time at worst.
      .then(() => void hold(true));
  }

  async #request(
    name: string,
    within: number,
    signal: AbortSignal,
    hold: (wasContended: boolean) => Promise<void> | undefined,
  ): Promise<void> {
    const isFree = await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock) await hold(false);
      return Boolean(lock);
    });
    if (isFree || signal.aborted) return;
    const waiting = AbortSignal.any([signal, AbortSignal.timeout(within)]);
    await navigator.locks.request(name, { signal: waiting }, () => hold(true));
  }

  release(flight: number): void {
    this.#ends.get(flight)?.();
    this.#ends.delete(flight);
  }

  releaseAll(): void {
    for (const flight of [...this.#ends.keys()]) this.release(flight);
  }
}
