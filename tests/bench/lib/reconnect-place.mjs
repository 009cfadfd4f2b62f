import { setTimeout as sleep } from 'node:timers/promises';
import { buildBackend } from '../../../scripts/lib/build/index.mjs';
import { Problem } from '../../../scripts/lib/problem.mjs';
import { BreakableLink } from './breakable-link.mjs';
import { SteadyInserts } from './steady-inserts.mjs';
import { openSteeredPage } from './steered-page.mjs';

const eventEveryMs = 100;
const patienceMs = 120_000;

/** The clients that lose their link side by side. */
export const clients = /** @type {const} */ ([
  { role: 'ours', name: '@wedsync/dashboard', client: 'ours' },
  { role: 'peer', name: '@supabase/realtime-js', client: 'realtime-js' },
]);

/**
 * What clients that lose their link connect to: the embedded backend, with the time that a hosted project takes for a
 * subscription, and ten rows a second that are inserted into `clients`.
 * @param {{ tellsVenue?: boolean }} [options] whether the channel `venue` is told of each row by a broadcast as well
 */
export async function openReconnectPlace({ tellsVenue = false } = {}) {
  await buildBackend();
  const { startLocalSupabaseProcess } = await import('@wedsync/local-supabase/testing');
  const backend = await startLocalSupabaseProcess({ args: ['--realtime', 'subscriptionDelayMs=3-30'] });
  await backend.control.sql(`
    create table clients (n integer primary key);
    grant select on clients to anon;
    alter publication supabase_realtime add table clients;
  `);
  const inserts = new SteadyInserts(backend.control, eventEveryMs, tellsVenue);
  return {
    backend,
    inserts,
    async close() {
      await inserts.stop();
      await backend.stop();
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof openReconnectPlace>>} ReconnectPlace */

/**
 * What a page connects: a client, by the name it is asked for later.
 * @typedef {{ as: string, client: 'ours' | 'realtime-js' | 'minimal router', kind: 'broadcast' | 'change', channel: string }} Connection
 */

/** @typedef {'live' | 'event'} Sign of being back: the client said that it is live, or gave an event */

/** A page whose clients have a way of their own to the backend. */
export class LinkedPage {
  /**
   * @param {BreakableLink} link
   * @param {import('playwright-core').BrowserContext} context
   * @param {import('./steered-page.mjs').SteeredPage} steered
   * @param {string} key
   */
  constructor(link, context, steered, key) {
    this.link = link;
    this.context = context;
    this.steered = steered;
    this.key = key;
  }

  /**
   * Resolves once all connections are live.
   * @param {import('./run-cases.mjs').Workplace} workplace
   * @param {ReconnectPlace} place
   * @param {Connection[]} connections
   */
  static async open({ browser, siteUrl }, { backend }, connections) {
    const link = await BreakableLink.to(backend.url);
    const context = await browser.newContext();
    const steered = await openSteeredPage(context, siteUrl, 'reconnect');
    const page = new LinkedPage(link, context, steered, backend.anonKey);
    for (const connection of connections) await steered.call('connect', { ...connection, ...page.server });
    return page;
  }

  get server() {
    return { url: this.link.url, key: this.key };
  }

  /**
   * Waits until every connection has given these signs since then.
   * @param {number} since
   * @param {Sign[]} signs
   * @param {string} fault what had happened to the link
   */
  async untilBack(since, signs, fault) {
    const deadline = Date.now() + patienceMs;
    while (!(await this.steered.call('areBack', { since, signs }))) {
      if (Date.now() > deadline) {
        throw new Problem(`A client was not back ${patienceMs / 1_000} s after ${fault}.`, { exitCode: 2 });
      }
      await sleep(100);
    }
  }

  /**
   * What the fault that ended at `since` cost each connection: the rows from one number to another count.
   * @param {{ since: number, from: number, to: number }} asked
   * @returns {Promise<Record<string, Cost>>}
   */
  cost(asked) {
    return this.steered.call('cost', asked);
  }

  async close() {
    await this.context.close();
    this.link.close();
  }
}

/** @typedef {{ liveMs: number, eventMs: number, lost: number }} Cost */

/** Numbers the rounds. @param {(round: number) => Promise<import('./measure.mjs').Figures>} work */
export function inTurn(work) {
  let next = 0;
  return () => {
    next += 1;
    return work(next - 1);
  };
}
