import type { CallPolicy } from '../wedsync_dashboard.js';

/** Who waits for a place in a bulkhead; the module decides who gets one. */
export class Places {
  readonly #module: CallPolicy;
  readonly #waiting = new Map<number, () => void>();

  constructor(module: CallPolicy) {
    this.#module = module;
  }

  /** 0: there is a place. Above 0: the ticket under which `begin` is called once there is. Below 0: nobody else may wait. */
  enter(begin: () => void): number {
    const ticket = this.#module.enter();
    if (ticket > 0) this.#waiting.set(ticket, begin);
    return ticket;
  }

  /** A place is free again. */
  leave(): void {
    const ticket = this.#module.leave();
    if (ticket === 0) return;
    const begin = this.#waiting.get(ticket);
    this.#waiting.delete(ticket);
    begin?.();
  }

  /** Waits no longer. */
  giveUp(ticket: number): void {
    this.#waiting.delete(ticket);
    this.#module.giveUp(ticket);
  }
}
