/** What arrived, in its order on each lane, and whether all that was recorded up to now did. */
export class Inbox {
  lanes = new Map();
  barrier = 0;
  isClosed = false;
  #expected = new Map();
  #arrived = new Map();
  #givenUp = new Map();
  #wake = () => {};

  hear(lane, answer) {
    if (this.isClosed) return;
    if (!this.lanes.has(lane)) this.lanes.set(lane, []);
    this.lanes.get(lane).push({ ...answer, at: performance.now(), barrier: this.barrier });
    count(this.#arrived, `${lane} ${answer.key}`);
    this.#wake();
  }

  expect(answer) {
    answer.barrier = this.barrier;
    if (answer.isOptional) return;
    const key = `${answer.lane} ${answer.key}`;
    this.#expected.set(key, [...(this.#expected.get(key) ?? []), answer]);
  }

  has(lane, text) {
    return (this.lanes.get(lane) ?? []).some((answer) => answer.text.includes(text));
  }

  /** Waits for what was expected. What has not come in time is marked as late, and not waited for again. */
  async all(timeoutMs) {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const missing = this.#missing();
      const leftMs = deadline - performance.now();
      if (missing.length === 0) return true;
      if (leftMs <= 0) {
        for (const { key, number } of missing) this.#giveUp(key, number);
        return false;
      }
      await this.#change(leftMs);
    }
  }

  #missing() {
    const missing = [];
    for (const [key, answers] of this.#expected) {
      const number = answers.length - (this.#givenUp.get(key) ?? 0) - (this.#arrived.get(key) ?? 0);
      if (number > 0) missing.push({ key, number });
    }
    return missing;
  }

  #giveUp(key, number) {
    count(this.#givenUp, key, number);
    for (const answer of this.#expected.get(key).slice(-number)) answer.isLate = true;
  }

  #change(timeoutMs) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function count(map, key, number = 1) {
  map.set(key, (map.get(key) ?? 0) + number);
}
