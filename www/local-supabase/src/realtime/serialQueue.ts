import { messageOf } from '../errors.js';

/** Runs tasks one after the other. A task that fails is reported and does not stop the next one. */
export class SerialQueue {
  #last: Promise<void> = Promise.resolve();

  add(task: () => Promise<void>): void {
    this.#last = this.#last.then(task).catch((cause: unknown) => {
      process.stderr.write(`local-supabase: realtime: ${messageOf(cause)}\n`);
    });
  }
}
