/**
 * The callbacks of subscriptions, and what waits for those that are handed several messages at once. The buffers' twin
 * in Rust is `src/core/realtime/delivery.rs`.
 */
import { fieldOf } from './key.js';

/** So many messages, or so many keys' latest, wait for a slot at most; beyond it the oldest is dropped and counted. */
const MOST_BUFFERED = 10_000;
/** A page that is hidden draws no frames, and one that is busy draws few. */
const LONGEST_FRAME_MS = 100;

/**
 * @param {undefined | 'batch' | { by: string[], everyMs: number }} delivery each as it comes if undefined
 * @param {{ frames: Frames, dropped: (slot: number, count: number) => void }} shared
 */
export function slotOf(slot, delivery, shared) {
  if (delivery === undefined) return new EachSlot();
  if (delivery === 'batch') return new BatchSlot(slot, shared);
  return new LatestSlot(slot, shared, delivery);
}

/** A message that has not been parsed yet, and perhaps never will be. */
export class Unparsed {
  #parsed;

  /**
   * @param {string} text in which the payload goes from `start` to `end`
   * @param {(event: string, payload: string) => object | undefined} parse `undefined` if it turns out to be malformed
   */
  constructor(text, start, end, event, parse) {
    this.text = text;
    this.start = start;
    this.end = end;
    this.event = event;
    this.parse = parse;
  }

  /** The same for all slots. */
  get message() {
    if (this.parse) {
      this.#parsed = this.parse(this.event, this.text.slice(this.start, this.end));
      this.parse = undefined;
    }
    return this.#parsed;
  }
}

class EachSlot {
  callback;

  take(message) {
    call(this.callback, message);
  }

  drop() {
    this.callback = undefined;
  }
}

class BufferedSlot {
  callback;
  #slot;
  #frames;
  #dropped;
  #everyMs;
  #timer;
  #lost = 0;

  constructor(slot, { frames, dropped }, everyMs) {
    this.#slot = slot;
    this.#frames = frames;
    this.#dropped = dropped;
    this.#everyMs = everyMs;
  }

  /** When the first message has come. */
  schedule() {
    if (this.#everyMs === 0) this.#frames.add(this);
    else this.#timer ??= setTimeout(() => this.flush(), this.#everyMs);
  }

  lose() {
    this.#lost += 1;
  }

  flush() {
    this.#timer = undefined;
    const messages = this.empty();
    const lost = this.#lost;
    this.#lost = 0;
    if (lost > 0) this.#dropped(this.#slot, lost);
    if (messages.length > 0) call(this.callback, messages);
  }

  /** Nobody wants what is waiting any more. */
  drop() {
    this.callback = undefined;
    this.#frames.delete(this);
    clearTimeout(this.#timer);
    this.forget();
    // The message on its way to several may still come.
    this.take = ignore;
    this.put = ignore;
  }
}

class BatchSlot extends BufferedSlot {
  #messages = [];
  /** What lies before it has been dropped. */
  #first = 0;

  constructor(slot, shared) {
    super(slot, shared, 0);
  }

  take(message) {
    if (this.#messages.length === 0) this.schedule();
    this.#messages.push(message);
    if (this.#messages.length - this.#first > MOST_BUFFERED) {
      this.#messages[this.#first] = undefined;
      this.#first += 1;
      this.lose();
      if (this.#first === MOST_BUFFERED) this.#shrink();
    }
  }

  /** What waits; nothing does then. */
  empty() {
    this.#shrink();
    const messages = this.#messages;
    this.forget();
    return messages;
  }

  forget() {
    this.#messages = [];
    this.#first = 0;
  }

  #shrink() {
    this.#messages.splice(0, this.#first);
    this.#first = 0;
  }
}

class LatestSlot extends BufferedSlot {
  #path;
  /** By key; a message without one is its own. */
  #waiting = new Map();
  /** The field of a broadcast's payload that is the key, if a text can be searched for it. */
  field;

  constructor(slot, shared, { by, everyMs }) {
    super(slot, shared, everyMs);
    this.#path = by;
    if (by.length === 2 && by[0] === 'payload') this.field = fieldOf(by[1]);
  }

  take(message) {
    this.put(this.#keyOf(message) ?? message, message);
  }

  /** @param {object | Unparsed} message */
  put(key, message) {
    const waiting = this.#waiting;
    if (waiting.size === 0) this.schedule();
    waiting.set(key, message);
    if (waiting.size > MOST_BUFFERED) {
      waiting.delete(waiting.keys().next().value);
      this.lose();
    }
  }

  /** What waits, parsed; nothing does then. */
  empty() {
    const messages = [];
    for (const waiting of this.#waiting.values()) {
      const message = waiting instanceof Unparsed ? waiting.message : waiting;
      if (message !== undefined) messages.push(message);
    }
    this.forget();
    return messages;
  }

  forget() {
    this.#waiting.clear();
  }

  #keyOf(message) {
    let value = message;
    for (const name of this.#path) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
      if (!Object.hasOwn(value, name)) return undefined;
      value = value[name];
    }
    const type = typeof value;
    return type === 'string' || type === 'number' || type === 'boolean' ? value : undefined;
  }
}

/** Flushes, once an animation frame, those that have something. Nothing is scheduled while none has. */
export class Frames {
  #due = new Set();
  #frame;
  #timer;

  add(slot) {
    this.#due.add(slot);
    if (this.#timer !== undefined) return;
    const run = () => this.#run();
    this.#frame = globalThis.requestAnimationFrame?.(run);
    this.#timer = setTimeout(run, LONGEST_FRAME_MS);
  }

  delete(slot) {
    this.#due.delete(slot);
    if (this.#due.size === 0) this.#cancel();
  }

  #run() {
    this.#cancel();
    const due = [...this.#due];
    this.#due.clear();
    for (const slot of due) slot.flush();
  }

  #cancel() {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#frame = undefined;
    this.#timer = undefined;
  }
}

function ignore() {}

function call(callback, message) {
  try {
    callback?.(message);
  } catch (error) {
    // A callback's failure is its owner's: the page's error handlers see it, other callbacks still run.
    reportError(error);
  }
}
