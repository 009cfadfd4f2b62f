import { FrameQueue } from './frameQueue.js';

/** One direction of a connection while faults keep frames waiting. */
export class Lane<Item> {
  readonly #queue = new FrameQueue<Item>();
  readonly #deliver: (item: Item) => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(deliver: (item: Item) => void) {
    this.#deliver = deliver;
  }

  /** Whether nothing waits, so that a frame may go past it. */
  get isIdle(): boolean {
    return this.#queue.isEmpty;
  }

  get isHolding(): boolean {
    return this.#queue.isHolding;
  }

  put(items: readonly Item[], delayMs = 0): void {
    this.#queue.put(items, performance.now(), delayMs);
    this.#pass();
  }

  hold(items: readonly Item[], forMs: number, delayMs = 0): void {
    this.#queue.hold(items, performance.now(), forMs, delayMs);
    this.#pass();
  }

  /** Puts what nothing may follow: what is held comes before it. */
  putLast(item: Item): void {
    this.#queue.stopHolding(performance.now());
    this.put([item]);
  }

  /** Delivers all that waits, at once. */
  flush(): void {
    for (const item of this.#queue.flush()) this.#deliver(item);
    this.#arm();
  }

  /** Loses all that waits. */
  drop(): void {
    this.#queue.flush();
    this.#arm();
  }

  #pass(): void {
    for (const item of this.#queue.take(performance.now())) this.#deliver(item);
    this.#arm();
  }

  #arm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const { nextAt } = this.#queue;
    this.#timer =
      nextAt === null ? null : setTimeout(() => this.#pass(), Math.max(0, nextAt - performance.now()));
  }
}
