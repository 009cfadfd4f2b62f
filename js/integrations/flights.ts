import { Flights as Module } from '../wedsync_dashboard.js';

/** One request, for all who wait for it. */
interface Flight<Value> {
  promise: Promise<Value>;
  controller: AbortController;
}

/**
 * Requests that are sent once however many ask for the same meanwhile. One caller's abort ends that caller's wait alone; when nobody
 * waits any more the request is aborted after a grace period, so that a component which is unmounted and mounted again joins it.
 */
export class Flights<Value> {
  readonly #flights = new Map<number, Flight<Value>>();
  #module: Module | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The module is loaded, and the caller waits. `begin` is called unless there is a request of this key that can be joined. */
  join(
    key: string,
    begin: (signal: AbortSignal) => Promise<Value>,
    caller: AbortSignal | undefined,
  ): Promise<Value> {
    if (caller?.aborted) return Promise.reject(caller.reason);
    this.#module ??= new Module();
    const joined = this.#module.join(key, performance.now());
    const id = Math.abs(joined);
    const flight = (joined < 0 ? this.#flights.get(id) : undefined) ?? this.#start(id, begin);
    if (!caller) return flight.promise;
    return new Promise((resolve, reject) => {
      const abort = () => {
        reject(caller.reason);
        this.#leave(id);
      };
      caller.addEventListener('abort', abort, { once: true });
      // Also where nobody else waits for it: what becomes of it then is no unhandled rejection.
      flight.promise.then(resolve, reject).finally(() => caller.removeEventListener('abort', abort));
    });
  }

  /** Ends all requests under way. */
  abortAll(reason: unknown): void {
    for (const [id, { controller }] of this.#flights) {
      this.#end(id);
      controller.abort(reason);
    }
  }

  #start(id: number, begin: (signal: AbortSignal) => Promise<Value>): Flight<Value> {
    const controller = new AbortController();
    const promise = begin(controller.signal).finally(() => this.#end(id));
    // Those who wait have promises of their own; that all have left is no unhandled rejection.
    promise.catch(() => {});
    const flight = { promise, controller };
    this.#flights.set(id, flight);
    return flight;
  }

  /** Nobody joins it any more. */
  #end(id: number): void {
    this.#flights.delete(id);
    this.#module?.ended(id);
  }

  #leave(id: number): void {
    this.#module?.leave(id, performance.now());
    this.#arm();
  }

  /** Aborts those for which nobody waits, when their grace is over. */
  #arm(): void {
    clearTimeout(this.#timer);
    const module = this.#module;
    if (!module) return;
    for (;;) {
      const id = module.due(performance.now());
      if (id === 0) break;
      this.#flights
        .get(id)
        ?.controller.abort(new DOMException('Nobody waits for it any more.', 'AbortError'));
    }
    const left = module.wait(performance.now());
    if (left >= 0) this.#timer = setTimeout(() => this.#arm(), left);
  }
}
