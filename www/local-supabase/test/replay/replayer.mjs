import { setTimeout as sleep } from 'node:timers/promises';
import { startLocalSupabase } from '@wedsync/local-supabase';
import { startPostgres } from '../postgresServer.mjs';
import { Control } from './control.mjs';
import { cleanTables, createSchema } from './database.mjs';
import { Driver } from './driver.mjs';
import { markFreedoms } from './freedoms.mjs';
import { loadRecording } from './recording.mjs';
import { markRefusals } from './refusals.mjs';
import { groupNameOf, settingsOf, statementsBefore } from './scenarios.mjs';
import { Tokens } from './tokens.mjs';
import { verdictOn } from './verdict.mjs';

/** Replays recordings; a backend is started for the first scenario of a group and kept while the group lasts. */
export class Replayer {
  #storage;
  #group = null;
  #backend = null;
  #control = null;
  #cleanups = [];

  constructor(storage = 'PGlite') {
    this.#storage = storage;
  }

  /** The verdict on one scenario. */
  async replay(name) {
    const startedAt = performance.now();
    await this.#prepare(groupNameOf(name));
    const recording = loadRecording(name);
    const { timeline } = recording;
    await cleanTables(this.#control);
    for (const statement of statementsBefore(name)) await this.#control.sql(statement);
    markFreedoms(timeline);
    const tokens = new Tokens(this.#backend.jwtSecret, recording.startedMs);
    const driver = new Driver(this.#backend, this.#control, tokens);
    await driver.run(timeline);
    markRefusals(timeline, settingsOf(groupNameOf(name)));
    await this.#untilAllAreGone();
    const verdict = verdictOn(name, timeline, driver.inbox.lanes, driver.failures);
    return { ...verdict, tookMs: Math.round(performance.now() - startedAt) };
  }

  async stop() {
    for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup();
    this.#group = null;
  }

  async #prepare(group) {
    if (this.#group === group) return;
    await this.stop();
    const options = { port: 0, controlPort: 0, realtime: settingsOf(group) };
    if (this.#storage === 'PostgreSQL') {
      const postgres = await startPostgres();
      this.#cleanups.push(() => postgres.stop());
      options.databaseUrl = postgres.url;
    }
    this.#backend = await startLocalSupabase(options);
    this.#cleanups.push(() => this.#backend.stop());
    this.#control = new Control(this.#backend.controlUrl);
    await createSchema(this.#control);
    this.#group = group;
  }

  /** Nothing of one scenario may be left when the next one begins. */
  async #untilAllAreGone() {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      if ((await this.#control.stats()).connections === 0) return;
      await sleep(10);
    }
  }
}
