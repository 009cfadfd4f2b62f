type Listener<Value> = (value: Value) => void;

/** Listeners by event. One that throws is reported to the page's error handlers and does not stop the others. */
export class Emitter<Events> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();

  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => this.off(name, listener);
  }

  once<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const off = this.on(name, (value) => {
      off();
      listener(value);
    });
    return off;
  }

  off<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): void {
    this.#listeners.get(name)?.delete(listener);
  }

  emit<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      report(() => (listener as Listener<Events[Name]>)(value));
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}

/** Runs a callback of the application's; what it throws is its own and goes to the page's error handlers. */
export function report(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    reportError(error);
  }
}
