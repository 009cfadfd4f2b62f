type Listener<Value> = (value: Value) => void;

/** One call of `on` or `once`. */
interface Registration {
  listener: Listener<never>;
  /** What is called in its place. */
  called: Listener<never>;
}

/**
 * Listeners by event, one as often as it is registered. One that throws is reported to the page's error handlers and does
 * not stop the others.
 */
export class Emitter<Events> {
  readonly #registrations = new Map<keyof Events, Set<Registration>>();

  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    return this.#add(name, listener, listener);
  }

  once<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const end = this.#add(name, listener, (value) => {
      end();
      listener(value);
    });
    return end;
  }

  /** Ends all registrations of the listener. */
  off<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): void {
    const registrations = this.#registrations.get(name);
    for (const registration of [...(registrations ?? [])]) {
      if (registration.listener === listener) registrations?.delete(registration);
    }
  }

  emit<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    const registrations = this.#registrations.get(name);
    for (const registration of [...(registrations ?? [])]) {
      // One of the others may have ended it.
      if (registrations?.has(registration)) {
        report(() => (registration.called as Listener<Events[Name]>)(value));
      }
    }
  }

  #add<Name extends keyof Events>(
    name: Name,
    listener: Listener<Events[Name]>,
    called: Listener<Events[Name]>,
  ): () => void {
    const registrations = this.#registrations.get(name) ?? new Set();
    const registration = { listener, called };
    this.#registrations.set(name, registrations.add(registration));
    return () => void registrations.delete(registration);
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
