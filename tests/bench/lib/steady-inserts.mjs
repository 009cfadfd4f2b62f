import { setTimeout as sleep } from 'node:timers/promises';

/** Inserts one numbered row after the other into `clients`, as long as it is not stopped. */
export class SteadyInserts {
  /** The number of the last row that is committed. */
  last = 0;
  #isStopped = false;
  #running;

  /**
   * @param {import('@wedsync/local-supabase/testing').Control} control
   * @param {number} everyMs
   * @param {boolean} [tellsVenue] whether the channel `venue` is told of each row by a broadcast
   */
  constructor(control, everyMs, tellsVenue = false) {
    this.#running = this.#run(control, everyMs, tellsVenue);
    // Whoever stops it is told.
    this.#running.catch(() => {});
  }

  async stop() {
    this.#isStopped = true;
    await this.#running;
  }

  /** @param {import('@wedsync/local-supabase/testing').Control} control @param {number} everyMs @param {boolean} tellsVenue */
  async #run(control, everyMs, tellsVenue) {
    const started = performance.now();
    for (let n = 1; !this.#isStopped; n += 1) {
      const broadcast = `select realtime.send(jsonb_build_object('n', ${n}), 'enquiry', 'venue', false)`;
      await control.sql(`insert into clients (n) values (${n})${tellsVenue ? `; ${broadcast}` : ''}`);
      this.last = n;
      await sleep(Math.max(0, started + n * everyMs - performance.now()));
    }
  }
}
