import type { Calls } from './calls.js';
import { report } from './emitter.js';
import { DashboardError } from './errors.js';
import type { Subscriber } from './telling.js';

/** A subscription that the module has not been asked for: its options are being read, or the module is loading. */
export interface Wish {
  readonly id: string;
  /** The call that asks for it. */
  readonly call: number;
  /** None while the options are being read. */
  subscriber?: Subscriber;
}

/** What waits to be asked of the module, in order. */
export class Wishes {
  readonly #all = new Set<Wish>();
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** Before the options are read: a getter of theirs may end the wish, or ask for something else under its id. */
  add(id: string, call: number): Wish {
    const wish: Wish = { id, call };
    this.#calls.asksFor(call, id);
    this.#all.add(wish);
    return wish;
  }

  /** The options have been read. A wish of the same id that is still about to read its own comes too late with them. */
  read(wish: Wish, subscriber: Subscriber): void {
    if (!this.#all.has(wish)) return;
    wish.subscriber = subscriber;
    for (const other of this.#all) {
      if (other.id === wish.id && !other.subscriber) this.#end(other);
    }
  }

  /** Takes a wish out, to ask for it; `false` if it has ended. */
  take(wish: Wish): boolean {
    return this.#all.delete(wish);
  }

  /** Ends the wishes of an id. */
  end(id: string): void {
    let last: Subscriber | undefined;
    for (const wish of this.#all) {
      if (wish.id !== id) continue;
      last = wish.subscriber ?? last;
      this.#end(wish);
    }
    report(() => last?.callbacks.onStatus?.('closed'));
  }

  /** The ids, and what is asked for last under each. */
  latest(): Map<string, Subscriber | undefined> {
    return new Map([...this.#all].map(({ id, subscriber }) => [id, subscriber]));
  }

  #end(wish: Wish): void {
    this.#all.delete(wish);
    this.#calls.end(wish.call, unsubscribed());
  }
}

/** The end of a call whose subscription the application has ended. */
export function unsubscribed(): DashboardError {
  return new DashboardError('unsubscribed', 'The subscription was ended before it was live.');
}
