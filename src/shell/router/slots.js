/**
 * The callbacks of subscriptions, and what waits for those that are handed several messages at once. The buffers' twin
 * in Rust is `tests/twin/buffer.rs`.
 */
import { fieldOf } from './key.js';

/** So many messages, or so many keys' latest, wait for a slot at most; beyond it the oldest is dropped and counted. */
const MOST_BUFFERED = 10_000;
/** A page that is busy draws few frames. */
const LONGEST_FRAME_MS = 100;

/**
 * @param {undefined | 'batch' | { by: string[], everyMs: number }} delivery each as it comes if undefined
 * @param {{ handover: Handover, dropped: (slot: number, count: number) => void }} shared
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
   * @param {string} text in which what is to be parsed goes from `start` to `end`
   * @param {(text: string, event: string) => object | undefined} parse `undefined` if it turns out to be malformed
   * @param {string} [event] where the text does not say it
   */
  constructor(text, start, end, parse, event) {
    this.text = text;
    this.start = start;
    this.end = end;
    this.parse = parse;
    this.event = event;
  }

  /** The same for all slots. */
  get message() {
    if (this.parse) {
      this.#parsed = this.parse(this.text.slice(this.start, this.end), this.event);
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
  #handover;
  #dropped;
  #everyMs;
  #lost = 0;

  constructor(slot, { handover, dropped }, everyMs) {
    this.#slot = slot;
    this.#handover = handover;
    this.#dropped = dropped;
    this.#everyMs = everyMs;
  }

  /** When the first message has come. */
  schedule() {
    this.#handover.add(this, this.#everyMs);
  }

  lose() {
    this.#lost += 1;
  }

  flush() {
    const messages = this.empty();
    const lost = this.#lost;
    this.#lost = 0;
    if (lost > 0) this.#dropped(this.#slot, lost);
    if (messages.length > 0) call(this.callback, messages);
  }

  /** Nobody wants what is waiting any more. */
  drop() {
    this.callback = undefined;
    this.#handover.delete(this);
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

/**
 * When slots hand over what waits: at the next animation frame, or after an interval of their own. Nothing is scheduled
 * while none has anything.
 *
 * A hidden page has no animation frames, and its timers run once a second, later once a minute. Frames of the server come
 * all the same. So there what would wait for an animation frame waits for a task instead, which no browser holds back;
 * and in any page each frame of the server hands over whatever is overdue by the clock. The answer to a heartbeat is one,
 * so nothing waits longer than until that.
 */
export class Handover {
  /** The slots that have something, in the order of their first message: when they are due, and their own timers. */
  #waiting = new Map();
  #soonest = Number.POSITIVE_INFINITY;
  /** The millisecond in which it was last asked what is overdue. */
  #asked = 0;
  #frame;
  #timer;
  #task;

  /**
   * @param {number} everyMs until it is due; 0 for at the next animation frame
   * @param {boolean} [isPrompt] whether in a hidden page it is due in the next task, because somebody may see it elsewhere
   */
  add(slot, everyMs, isPrompt = false) {
    const due = performance.now() + (everyMs || LONGEST_FRAME_MS);
    const isForFrame = everyMs === 0 || (isPrompt && isHidden());
    const timer = isForFrame ? undefined : setTimeout(() => this.#flush([slot]), everyMs);
    this.#waiting.set(slot, { due, timer, isForFrame });
    if (due < this.#soonest) this.#soonest = due;
    if (isForFrame) this.#awaitFrame();
  }

  delete(slot) {
    if (this.#waiting.has(slot)) this.#forget([slot]);
  }

  #forget(slots) {
    for (const slot of slots) {
      clearTimeout(this.#waiting.get(slot)?.timer);
      this.#waiting.delete(slot);
    }
    this.#soonest = Number.POSITIVE_INFINITY;
    let isFrameAwaited = false;
    for (const { due, isForFrame } of this.#waiting.values()) {
      if (due < this.#soonest) this.#soonest = due;
      isFrameAwaited ||= isForFrame;
    }
    if (!isFrameAwaited) this.#cancel();
  }

  /** A frame of the server has come. */
  frameCame() {
    if (this.#waiting.size === 0) return;
    // The clock that is never set costs as much as half a message: it is read once in each millisecond of the other.
    const millisecond = Date.now();
    if (millisecond === this.#asked) return;
    this.#asked = millisecond;
    const now = performance.now();
    if (now >= this.#soonest) this.#flush(this.#those(({ due }) => due <= now));
  }

  #those(isMeant) {
    return [...this.#waiting].flatMap(([slot, waiting]) => (isMeant(waiting) ? [slot] : []));
  }

  #flush(slots) {
    this.#forget(slots);
    for (const slot of slots) slot.flush();
  }

  #awaitFrame() {
    const run = () => this.#flush(this.#those(({ isForFrame }) => isForFrame));
    if (isHidden()) {
      this.#task ??= laterTask(run);
    } else if (this.#timer === undefined) {
      this.#frame = globalThis.requestAnimationFrame?.(run);
      this.#timer = setTimeout(run, LONGEST_FRAME_MS);
    }
  }

  #cancel() {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#task?.close();
    this.#frame = undefined;
    this.#timer = undefined;
    this.#task = undefined;
  }
}

/** Whether nobody sees this page. */
export function isHidden() {
  return globalThis.document?.visibilityState === 'hidden';
}

/** Runs something in a task of its own, until the port that it gives is closed. */
function laterTask(run) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = run;
  port2.postMessage(undefined);
  return port1;
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
