import type { ErrorFields } from './errors.js';
import { toError } from './errors.js';
import type { Thrown } from './notifications.js';

/** A promise's ends. `resolve` is given what was asked for, which is not looked at. */
export interface Settle {
  resolve: (value?: unknown) => void;
  reject: (error: unknown) => void;
  /** Rejects because the application itself has ended what it asked for: no failure, if nobody awaits it. */
  end: (error: unknown) => void;
}

/** A promise of something that is begun at once. */
export function promised<Value = void>(begin: (settle: Settle) => void): Promise<Value> {
  let resolve!: (value?: unknown) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<Value>((fulfil, refuse) => {
    resolve = fulfil as (value: unknown) => void;
    reject = refuse;
  });
  const end = (error: unknown) => {
    promise.catch(() => {});
    reject(error);
  };
  begin({ resolve, reject, end });
  return promise;
}

/** What a call waits for. */
interface Call extends Settle {
  /** The code that tells that the subscription it was about has ended, where that is no failure. */
  endsWith: string | undefined;
  /** The subscription that it asks for. */
  id?: string;
}

/** The calls that are not settled yet, by the numbers that the module knows them by. */
export class Calls {
  readonly #waiting = new Map<number, Call>();
  #last = 0;

  /** Gives another call its number; a subscription's end is told with the code `endsWith`. */
  add(settle: Settle, endsWith: string | undefined): number {
    this.#last += 1;
    this.#waiting.set(this.#last, { ...settle, endsWith });
    return this.#last;
  }

  /** A call asks for the subscription of this id. */
  asksFor(number: number, id: string): void {
    const call = this.#waiting.get(number);
    if (call) call.id = id;
  }

  /** The module could not be asked. */
  fail(call: number, error: unknown): void {
    this.#waiting.get(call)?.reject(error);
    this.#waiting.delete(call);
  }

  /** The application has ended what was asked for. */
  end(call: number, error: unknown): void {
    this.#waiting.get(call)?.end(error);
    this.#waiting.delete(call);
  }

  /** The application has ended the subscription of this id. */
  endOf(id: string, error: unknown): void {
    for (const [number, call] of this.#waiting) {
      if (call.id === id) this.end(number, error);
    }
  }

  /** The module has told how a call went, and gives the value that it asked for. */
  settled(number: number, error: ErrorFields | Thrown | undefined, value?: unknown): void {
    const call = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (!error) call?.resolve(value);
    else if ('thrown' in error) call?.reject(error.thrown);
    else if (error.code === call?.endsWith) call.end(toError(error));
    else call?.reject(toError(error));
  }

  /** The application has ended them all. */
  endAll(error: unknown): void {
    for (const { end } of this.#waiting.values()) end(error);
    this.#waiting.clear();
  }
}
