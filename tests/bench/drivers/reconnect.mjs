import { setTimeout as sleep } from 'node:timers/promises';
import { buildBackend } from '../../../scripts/lib/build/index.mjs';
import { Problem } from '../../../scripts/lib/problem.mjs';
import { BreakableLink } from '../lib/breakable-link.mjs';
import { SteadyInserts } from '../lib/steady-inserts.mjs';
import { openSteeredPage } from '../lib/steered-page.mjs';

/** @typedef {'offline' | 'cut'} Kind */
/** @typedef {{ liveMs: number, eventMs: number, lost: number }} Cost of one outage to one client */
/** @typedef {{ kind: Kind, costs: Record<string, Cost>, bare: { openMs: number, joinMs: number } }} Outcome of one outage */

export const wholePlan = { rounds: 8, warmUps: 0 };
export const quickPlan = { rounds: 1, warmUps: 0 };

const outageSeconds = { whole: [1, 4, 8, 12], quick: [1, 4] };
/** Outages are mostly waited for, so the rounds of a wave go on beside each other, a little apart. */
const waveSize = 4;
const roundsApartMs = 900;
const eventEveryMs = 100;
/** How long a client is looked at after all are back, and what its last event may take to arrive. */
const settleMs = 1_000;
const arrivalMs = 500;
const patienceMs = 60_000;

const clients = /** @type {const} */ ([
  { role: 'ours', name: '@wedsync/dashboard', client: 'ours' },
  { role: 'peer', name: '@supabase/realtime-js', client: 'realtime-js' },
]);

/**
 * Every outage has a page with both clients in it, its own way to the backend, and its own length. `offline`: the
 * browser's switch, which fires `offline` and `online`; sockets that are open outlive it (Chromium holds their frames
 * back, Firefox does not even do that), so the link is cut as well. `cut`: the link alone.
 *
 * The backend is the embedded one, with the time that a hosted project takes for a subscription.
 * @type {import('../lib/run-cases.mjs').Driver['open']}
 */
export async function open(entries, workplace) {
  const kinds = new Set(entries.map(({ parameters }) => /** @type {Kind} */ (parameters?.kind)));
  const backend = await startBackend();
  const inserts = new SteadyInserts(backend.control, eventEveryMs);
  const place = { ...workplace, backend, inserts };
  const seconds = workplace.quick ? outageSeconds.quick : outageSeconds.whole;
  const beside = workplace.quick ? 1 : waveSize;
  /** @type {Outage[][]} by round */
  const outages = await Promise.all(
    Array.from({ length: beside }, () =>
      Promise.all([...kinds].flatMap((kind) => seconds.map((length) => Outage.prepare(kind, length, place)))),
    ),
  );
  /** @type {Promise<Outcome[]>[]} by round */
  const rounds = [];
  const outcomesOf = (/** @type {number} */ round) => {
    if (!rounds[round]) {
      const wave = outages.map(async (ofRound, at) => {
        await sleep(at * roundsApartMs);
        return Promise.all(ofRound.map((outage) => outage.live()));
      });
      rounds.push(...wave);
    }
    return /** @type {Promise<Outcome[]>} */ (rounds[round]);
  };
  return {
    order: 'together',
    sides: [
      ...clients.map(({ role, name, client }) => ({
        role,
        name,
        round: inTurn(async (round) => figuresOf(await outcomesOf(round), client)),
      })),
      {
        role: 'limit',
        name: 'a bare socket that opens at once',
        round: inTurn(async (round) => serverFigures(await outcomesOf(round))),
      },
    ],
    async close() {
      await Promise.all(outages.flat().map((outage) => outage.close()));
      await inserts.stop();
      await backend.stop();
    },
  };
}

async function startBackend() {
  await buildBackend();
  const { startLocalSupabaseProcess } = await import('@wedsync/local-supabase/testing');
  const backend = await startLocalSupabaseProcess({ args: ['--realtime', 'subscriptionDelayMs=3-30'] });
  await backend.control.sql(`
    create table clients (n integer primary key);
    grant select on clients to anon;
    alter publication supabase_realtime add table clients;
  `);
  return backend;
}

/** One that is prepared once and lived through in every wave. */
class Outage {
  /** @typedef {import('../lib/run-cases.mjs').Workplace & { inserts: SteadyInserts, backend: { url: string, anonKey: string } }} Place */

  /**
   * @param {Kind} kind
   * @param {number} seconds
   * @param {Place} place
   * @param {BreakableLink} link
   * @param {import('playwright-core').BrowserContext} context
   * @param {import('../lib/steered-page.mjs').SteeredPage} steered
   */
  constructor(kind, seconds, place, link, context, steered) {
    this.kind = kind;
    this.seconds = seconds;
    this.place = place;
    this.link = link;
    this.context = context;
    this.steered = steered;
  }

  /** @param {Kind} kind @param {number} seconds @param {Place} place */
  static async prepare(kind, seconds, place) {
    const link = await BreakableLink.to(place.backend.url);
    const context = await place.browser.newContext();
    const steered = await openSteeredPage(context, place.siteUrl, 'reconnect');
    const outage = new Outage(kind, seconds, place, link, context, steered);
    for (const { client } of clients) await steered.call('connect', { client, ...outage.server });
    await outage.untilBack(0);
    return outage;
  }

  get server() {
    return { url: this.link.url, key: this.place.backend.anonKey };
  }

  /** @returns {Promise<Outcome>} */
  async live() {
    const { inserts } = this.place;
    const from = inserts.last + 1;
    this.link.cut();
    if (this.kind === 'offline') await this.context.setOffline(true);
    await sleep(this.seconds * 1_000);
    const since = Date.now();
    this.link.restore();
    if (this.kind === 'offline') await this.context.setOffline(false);
    const bare = await this.steered.call('bareSubscription', this.server);
    await this.untilBack(since);
    await sleep(settleMs);
    const to = inserts.last;
    await sleep(arrivalMs);
    return { kind: this.kind, costs: await this.steered.call('cost', { since, from, to }), bare };
  }

  /** @param {number} since */
  async untilBack(since) {
    const deadline = Date.now() + patienceMs;
    while (!(await this.steered.call('areBack', since))) {
      if (Date.now() > deadline) {
        throw new Problem(
          `A client was not live again ${patienceMs / 1_000} s after an outage of ${this.seconds} s.`,
          { exitCode: 2 },
        );
      }
      await sleep(100);
    }
  }

  async close() {
    await this.context.close();
    this.link.close();
  }
}

/** What an outage of a kind cost a client, summed over the round's. @param {Outcome[]} outcomes @param {string} client */
function figuresOf(outcomes, client) {
  return suffixed(outcomes, (outcome) => {
    const { liveMs, eventMs, lost } = /** @type {Cost} */ (outcome.costs[client]);
    return { live_again: liveMs / 1_000, first_event: eventMs / 1_000, events_lost: lost };
  });
}

/** @param {Outcome[]} outcomes */
function serverFigures(outcomes) {
  return suffixed(outcomes, ({ bare }) => ({
    live_again: bare.openMs / 1_000,
    server_subscription: bare.joinMs / 1_000,
  }));
}

/** @param {Outcome[]} outcomes @param {(outcome: Outcome) => Record<string, number>} read */
function suffixed(outcomes, read) {
  /** @type {Record<string, number>} */
  const figures = {};
  for (const outcome of outcomes) {
    for (const [figure, value] of Object.entries(read(outcome))) {
      const name = `reconnect.${figure}${outcome.kind === 'cut' ? '_cut' : ''}`;
      figures[name] = (figures[name] ?? 0) + value;
    }
  }
  return figures;
}

/** Numbers the rounds. @param {(round: number) => Promise<Record<string, number>>} work */
function inTurn(work) {
  let next = 0;
  return () => {
    next += 1;
    return work(next - 1);
  };
}
