interface Waiting<Item> {
  item: Item;
  /** When it may pass. */
  at: number;
}

/**
 * The order and the times in which what goes one way over a connection comes out. It reads no clock: times are given,
 * in milliseconds. Whatever is delayed delays what follows, so only a held frame is ever overtaken.
 */
export class FrameQueue<Item> {
  readonly #waiting: Waiting<Item>[] = [];
  /** `from` is when they may pass at the earliest, `until` when they do if nothing has passed them. */
  #held: { items: Item[]; from: number; until: number } | null = null;

  get isEmpty(): boolean {
    return this.#held === null && this.#waiting.length === 0;
  }

  /** Whether a frame waits for another one to pass it. */
  get isHolding(): boolean {
    return this.#held !== null;
  }

  /** When something may pass next. */
  get nextAt(): number | null {
    const times = [this.#waiting[0]?.at, this.#held?.until].filter((at) => at !== undefined);
    return times.length === 0 ? null : Math.min(...times);
  }

  put(items: readonly Item[], now: number, delayMs = 0): void {
    this.#append(items, now + delayMs);
    this.stopHolding(now);
  }

  /** Puts the items aside until others were put, at most so long; what is delayed besides comes no sooner for that. */
  hold(items: readonly Item[], now: number, forMs: number, delayMs = 0): void {
    const from = now + delayMs;
    if (this.#held === null) this.#held = { items: [...items], from, until: from + forMs };
    else this.#held.items.push(...items);
  }

  /** What is held takes its place behind what waits. */
  stopHolding(now: number): void {
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.#append(held.items, Math.max(now, held.from));
  }

  /** What may pass by now, in order. */
  take(now: number): Item[] {
    if (this.#held !== null && this.#held.until <= now) this.stopHolding(this.#held.until);
    const first = this.#waiting.findIndex(({ at }) => at > now);
    return this.#waiting.splice(0, first === -1 ? this.#waiting.length : first).map(({ item }) => item);
  }

  /** All there is, at once. */
  flush(): Item[] {
    const held = this.#held?.items ?? [];
    this.#held = null;
    return [...this.#waiting.splice(0).map(({ item }) => item), ...held];
  }

  #append(items: readonly Item[], earliest: number): void {
    const at = Math.max(earliest, this.#waiting.at(-1)?.at ?? earliest);
    for (const item of items) this.#waiting.push({ item, at });
  }
}
