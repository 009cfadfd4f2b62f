import type { Database } from '../database/database.js';

const everyMs = 30_000;
const everyRows = 10_000;

/** Keeps the tables that messages and changes go through small. */
export class Upkeep {
  readonly #database: Database;
  #doneAt = Date.now();
  #rows = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Called after so many rows went through; now and then it tidies up. Messages are kept as long as the real server keeps them. */
  async after(rows: number): Promise<void> {
    this.#rows += rows;
    if (this.#rows < everyRows && Date.now() - this.#doneAt < everyMs) return;
    this.#rows = 0;
    this.#doneAt = Date.now();
    await this.#database.query("delete from realtime.messages where inserted_at < now() - interval '3 days'");
    await this.#database.tidyUp();
  }
}
