const bucketMs = 5_000;
const mostBuckets = 12;

/**
 * How many events a second there are, on average over up to a minute: in buckets of five seconds, of which the one
 * that still fills does not count. So a burst is noticed late and remembered long, as on the real server.
 */
export class RateCounter {
  readonly #buckets: number[] = [];
  #current = 0;
  #endsAt: number | null = null;

  add(count: number, now: number): void {
    this.#turn(now);
    this.#endsAt ??= now + bucketMs;
    this.#current += count;
  }

  perSecond(now: number): number {
    this.#turn(now);
    if (this.#buckets.length === 0) return 0;
    const sum = this.#buckets.reduce((total, count) => total + count, 0);
    return sum / this.#buckets.length / (bucketMs / 1_000);
  }

  exceeds(limit: number | null, now: number): boolean {
    return limit !== null && this.perSecond(now) > limit;
  }

  /** Closes the buckets whose time has passed. */
  #turn(now: number): void {
    if (this.#endsAt === null || now < this.#endsAt) return;
    const passed = Math.floor((now - this.#endsAt) / bucketMs) + 1;
    this.#endsAt += passed * bucketMs;
    this.#buckets.push(this.#current, ...Array<number>(Math.min(passed - 1, mostBuckets)).fill(0));
    this.#buckets.splice(0, this.#buckets.length - mostBuckets);
    this.#current = 0;
  }
}
