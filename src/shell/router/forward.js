/**
 * Data frames on their way to other tabs. They are not read: the router of each of those tabs does that. The twin in Rust
 * is `tests/twin/forward.rs`.
 */
import { sizeOf } from './frames.js';

/** Copying frames to another tab costs less the more of them go together, and nobody sees a delay of one drawn frame. */
const EVERY_MS = 16;
/** So much waits for a set of tabs at most; beyond it the oldest frames are dropped and counted. */
const MOST_FRAMES = 10_000;
const MOST_BYTES = 8_000_000;
/** A larger frame goes alone and at once, so that no tab is given more than it can take in between two drawn frames. */
const LARGE_BYTES = 256 * 1024;

/** What waits for one set of tabs. */
class Batch {
  /** Whether it takes more. */
  isOpen = true;
  #bytes = 0;
  /** `[forward, data]` of each frame; what lies before `first` has been dropped. */
  #entries = [];
  #first = 0;
  /** By topic, how many frames were dropped. */
  #dropped = new Map();

  constructor({ tabs, key }) {
    this.tabs = tabs;
    this.key = key;
  }

  put(entry) {
    this.#bytes += sizeOf(entry[1]);
    this.#entries.push(entry);
    while (this.#entries.length - this.#first > MOST_FRAMES || this.#bytes > MOST_BYTES) this.#dropOldest();
  }

  #dropOldest() {
    const [{ topic }, data] = this.#entries[this.#first];
    this.#bytes -= sizeOf(data);
    this.#dropped.set(topic, (this.#dropped.get(topic) ?? 0) + 1);
    this.#entries[this.#first] = undefined;
    this.#first += 1;
    if (this.#first === MOST_FRAMES) this.#take();
  }

  /** Keeps those of what waits that are wanted; gives it. */
  #take(isWanted = () => true) {
    const entries = this.#entries.slice(this.#first).filter(isWanted);
    this.#entries = entries;
    this.#first = 0;
    return entries;
  }

  /** Nobody wants what waits of a topic any more; whether anything else waits. */
  forget(forward) {
    this.#bytes = 0;
    for (const [, data] of this.#take(([of]) => of !== forward)) this.#bytes += sizeOf(data);
    this.#dropped.delete(forward.topic);
    return this.#entries.length + this.#dropped.size > 0;
  }

  handTo(hand) {
    const frames = this.#take().map(([, data]) => data);
    // Until its next frame comes, a topic keeps the batch that the last one was in.
    this.#entries = [];
    hand(this.tabs, frames, [...this.#dropped].flat());
  }
}

/** Keeps frames for other tabs and hands them over together, in the order in which they came. */
export class Forwarder {
  #hand;
  #handover;
  /** What waits, in the order of the first frames. */
  #batches = [];

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
    if (key === (former?.key ?? '[]')) return former;
    this.#close();
    if (tabs.length > 0) return { topic, tabs, key, batch: undefined };
    this.#batches = this.#batches.filter((batch) => batch.forget(former));
    if (this.#batches.length === 0) this.#handover.delete(this);
    return undefined;
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
    forward.batch.put([forward, data]);
  }

  #batchFor(forward) {
    const open = this.#batches.find(({ isOpen, key }) => isOpen && key === forward.key);
    if (open) return open;
    if (this.#batches.length === 0) this.#handover.add(this, EVERY_MS, true);
    const batch = new Batch(forward);
    this.#batches.push(batch);
    return batch;
  }

  /** What comes from now on comes behind all that waits, whichever tabs it is for. */
  #close() {
    for (const batch of this.#batches) batch.isOpen = false;
  }

  /** Hands over all that waits. */
  flush() {
    this.#close();
    for (const batch of this.#batches.splice(0)) batch.handTo(this.#give);
  }

  #give = (...batch) => {
    try {
      this.#hand?.(...batch);
    } catch (error) {
      reportError(error);
    }
  };
}

/** What a router is given that forwards frames: `hand` is given each batch of them. */
export function forwarding(hand) {
  return (handover) => new Forwarder(hand, handover);
}
