import type { Found } from './store.js';

type Reading = Promise<Found | undefined>;

/** Who reads at once what another one is reading gets the same answer. */
export class Flights {
  readonly #bySupplier = new Map<string, Map<string, Reading>>();

  /** The answer to the reading of this name that is under way, or of one that begins now. */
  join(supplier: string, name: string, read: () => Reading): Reading {
    const flights = this.#bySupplier.get(supplier) ?? new Map<string, Reading>();
    const flying = flights.get(name);
    if (flying !== undefined) return flying;
    this.#bySupplier.set(supplier, flights);
    const flight = read().finally(() => {
      flights.delete(name);
      if (flights.size === 0 && this.#bySupplier.get(supplier) === flights) this.#bySupplier.delete(supplier);
    });
    flights.set(name, flight);
    return flight;
  }

  /** Something of the supplier's has changed: who reads after that must not get what was read before. */
  leave(supplier: string): void {
    this.#bySupplier.delete(supplier);
  }
}
