/**
 * Data frames on their way to other tabs. They are not read: the router of each of those tabs does that. The twin in Rust
 * is `tests/twin/forward.rs`.
 */
import { sizeOf } from './frames.js';
import { isHidden } from './slots.js';

/** Copying frames to another tab costs less the more of them go together, and nobody sees a delay of one drawn frame. */
const EVERY_MS = 16;
/** In a hidden tab nobody sees what comes, and its own timers run once a second at best. */
const HIDDEN_EVERY_MS = 250;
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
class Forwarder {
  #hand;
  #handover;
  #tick;
  #everyMs;
  /** What waits, in the order of the first frames. */
  #batches = [];

  /**
   * @param {undefined | ((tabs: string[], frames: (string | ArrayBuffer)[], dropped: (string | number)[]) => void)} hand
   *   is given what waits for a set of tabs; `dropped` is `[topic, count, …]` of the frames before them that were too much
   * @param {import('./slots.js').Handover} handover
   * @param {(ms: number, run: () => void) => boolean} tick runs something in time in a hidden page; false if it cannot
   * @param {number} everyMs
   */
  constructor(hand, handover, tick, everyMs) {
    this.#hand = hand;
    this.#handover = handover;
    this.#tick = tick;
    this.#everyMs = everyMs;
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
    if (this.#batches.length === 0) this.#await();
    const batch = new Batch(forward);
    this.#batches.push(batch);
    return batch;
  }

  /** The timers of a hidden page are late; if nobody else keeps the time, what somebody may see goes in the next task. */
  #await() {
    const isTicked = isHidden() && this.#tick(this.#everyMs, this.#due);
    this.#handover.add(this, this.#everyMs, !isTicked && this.#everyMs === EVERY_MS);
  }

  #due = () => {
    this.#handover.delete(this);
    this.flush();
  };

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

/** Forwards frames to tabs that somebody sees, and to hidden ones, which take more of them together. */
class Forwarders {
  #seen;
  #hidden;

  /** @param {Forwarder} seen @param {Forwarder} hidden */
  constructor(seen, hidden) {
    this.#seen = seen;
    this.#hidden = hidden;
  }

  /** As `Forwarder` has it. A tab that goes over from the ones to the others is given what waits before what comes. */
  to(topic, tabs, hidden, former) {
    const were = (of, now) => now.some((tab) => of?.tabs.includes(tab));
    if (were(former?.seen, hidden) || were(former?.hidden, tabs)) this.flush();
    const forward = {
      seen: this.#seen.to(topic, tabs, former?.seen),
      hidden: this.#hidden.to(topic, hidden, former?.hidden),
    };
    return forward.seen || forward.hidden ? forward : undefined;
  }

  put({ seen, hidden }, data) {
    if (seen) this.#seen.put(seen, data);
    if (hidden) this.#hidden.put(hidden, data);
  }

  /** Hands over all that waits. */
  flush() {
    this.#seen.flush();
    this.#hidden.flush();
  }
}

/**
 * What a router is given that forwards frames: `hand` is given each batch of them, `tick(ms, run)` runs something in time
 * where the page is hidden, or gives false.
 */
export function forwarding(hand, tick) {
  const forwarder = (handover, everyMs) => new Forwarder(hand, handover, tick, everyMs);
  return (handover) => new Forwarders(forwarder(handover, EVERY_MS), forwarder(handover, HIDDEN_EVERY_MS));
}
