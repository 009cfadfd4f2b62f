/** What must be ended, in the opposite order of its beginning. */
export class Cleanups {
  readonly #steps: (() => Promise<void>)[] = [];
  #done: Promise<void> | null = null;

  push(step: () => Promise<void>): void {
    this.#steps.push(step);
  }

  /** Takes each step once, even if one before it fails, and then fails as the first one did. */
  run(): Promise<void> {
    this.#done ??= this.#run();
    return this.#done;
  }

  async #run(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.toReversed()) {
      try {
        await step();
      } catch (cause) {
        failures.push(cause);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
