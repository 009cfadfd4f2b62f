type Listener<Value> = (value: Value) => void;

/** Listeners by event. One that throws is reported to the page's error handlers and does not stop the others. */
export class Emitter<Events> {
  /** Each listener with what is called in its place. */
  readonly #listeners = new Map<keyof Events, Map<Listener<never>, Listener<never>>>();

  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    return this.#add(name, listener, listener);
  }

  once<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    return this.#add(name, listener, (value) => {
      this.off(name, listener);
      listener(value);
    });
  }

  off<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): void {
    this.#listeners.get(name)?.delete(listener);
  }

  emit<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    const listeners = this.#listeners.get(name);
    for (const [listener, called] of [...(listeners ?? [])]) {
      // One of the others may have ended it.
      if (listeners?.has(listener)) report(() => (called as Listener<Events[Name]>)(value));
    }
  }

  #add<Name extends keyof Events>(
    name: Name,
    listener: Listener<Events[Name]>,
    called: Listener<Events[Name]>,
  ): () => void {
    const listeners = this.#listeners.get(name) ?? new Map();
    this.#listeners.set(name, listeners.set(listener, called));
    return () => this.off(name, listener);
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
