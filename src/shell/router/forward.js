/**
 * Data frames on their way to other tabs. They are not read: the router of each of those tabs does that. The twin in Rust
 * is `tests/twin/forward.rs`.
 */

/** Copying frames to another tab costs less the more of them go together, and nobody sees a delay of one drawn frame. */
const EVERY_MS = 16;
/** So much waits for a set of tabs at most; beyond it the oldest frames are dropped and counted. */
const MOST_FRAMES = 10_000;
const MOST_BYTES = 8_000_000;
/** A larger frame goes alone and at once, so that no tab is given more than it can take in between two drawn frames. */
const LARGE_BYTES = 256 * 1024;

/** A text's length counts, as in all that the router counts. @param {string | ArrayBuffer} data */
export function sizeOf(data) {
  return typeof data === 'string' ? data.length : data.byteLength;
}

/** What waits for one set of tabs. */
class Batch {
  isOpen = true;
  #tabs;
  /** `[forward, data]` of each frame. */
  #entries = [];
  /** What lies before it has been dropped. */
  #first = 0;
  #bytes = 0;
  /** By topic, how many frames were dropped. */
  #dropped = new Map();

  constructor(tabs) {
    this.#tabs = tabs;
  }

  put(forward, data) {
    this.#entries.push([forward, data]);
    this.#bytes += sizeOf(data);
    while (this.#entries.length - this.#first > MOST_FRAMES || this.#bytes > MOST_BYTES) this.#dropOldest();
  }

  #dropOldest() {
    const [{ topic }, data] = this.#entries[this.#first];
    this.#bytes -= sizeOf(data);
    this.#dropped.set(topic, (this.#dropped.get(topic) ?? 0) + 1);
    this.#entries[this.#first] = undefined;
    this.#first += 1;
    if (this.#first === MOST_FRAMES) this.#shrink();
  }

  #shrink() {
    this.#entries.splice(0, this.#first);
    this.#first = 0;
  }

  /** Nobody wants what waits of this topic any more. */
  forget(forward) {
    this.#shrink();
    this.#entries = this.#entries.filter(([of]) => of !== forward);
    this.#bytes = this.#entries.reduce((bytes, [, data]) => bytes + sizeOf(data), 0);
    this.#dropped.delete(forward.topic);
  }

  get isEmpty() {
    return this.#entries.length === 0 && this.#dropped.size === 0;
  }

  handTo(hand) {
    this.#shrink();
    const frames = this.#entries.map(([, data]) => data);
    // Until the next frame comes, a topic keeps the batch that its last one was in.
    this.#entries = [];
    hand(this.#tabs, frames, [...this.#dropped].flat());
  }
}

/** Keeps frames for other tabs and hands them over together, in the order in which they came. */
export class Forwarder {
  #hand;
  #handover;
  /** What waits, in the order of the first frames: what takes no more, and by the set of tabs what does. */
  #closed = [];
  #open = new Map();

  /**
   * @param {undefined | ((tabs: string[], frames: (string | ArrayBuffer)[], dropped: (string | number)[]) => void)} hand
   *   is given what waits for a set of tabs; `dropped` is `[topic, count, …]` of the frames before them that were too much
   * @param {import('./slots.js').Handover} handover
   */
  constructor(hand, handover) {
    this.#hand = hand;
    this.#handover = handover;
  }

  /**
   * Where a topic's frames go from now on; `undefined` if nowhere, and then what waits of it is dropped. What waits of it
   * for other tabs than these is handed over before what comes.
   * @param {string} topic
   * @param {string[]} tabs
   * @param {object | undefined} former what this gave last for the topic
   */
  to(topic, tabs, former) {
    const key = JSON.stringify([...tabs].sort());
    if (former?.key === key) return former;
    if (tabs.length === 0) {
      if (former) this.#forget(former);
      return undefined;
    }
    this.#close();
    return { topic, tabs, key, batch: undefined };
  }

  /** @param {object} forward where the frame goes */
  put(forward, data) {
    if (sizeOf(data) > LARGE_BYTES) {
      this.#handover.delete(this);
      this.flush();
      this.#give(forward.tabs, [data], []);
      return;
    }
    if (!forward.batch?.isOpen) forward.batch = this.#batchFor(forward);
    forward.batch.put(forward, data);
  }

  #batchFor({ tabs, key }) {
    if (this.#isEmpty) this.#handover.add(this, EVERY_MS, true);
    const batch = this.#open.get(key) ?? new Batch(tabs);
    this.#open.set(key, batch);
    return batch;
  }

  get #isEmpty() {
    return this.#closed.length + this.#open.size === 0;
  }

  /** What comes from now on comes behind all that waits, whichever tabs it is for. */
  #close() {
    for (const batch of this.#open.values()) batch.isOpen = false;
    this.#closed.push(...this.#open.values());
    this.#open.clear();
  }

  #forget(forward) {
    this.#close();
    for (const batch of this.#closed) batch.forget(forward);
    this.#closed = this.#closed.filter(({ isEmpty }) => !isEmpty);
    if (this.#isEmpty) this.#handover.delete(this);
  }

  /** Hands over all that waits. */
  flush() {
    this.#close();
    const batches = this.#closed;
    this.#closed = [];
    for (const batch of batches) batch.handTo(this.#give);
  }

  #give = (...batch) => {
    try {
      this.#hand?.(...batch);
    } catch (error) {
      reportError(error);
    }
  };
}
