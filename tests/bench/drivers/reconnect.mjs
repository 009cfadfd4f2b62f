import { setTimeout as sleep } from 'node:timers/promises';
import { clients, inTurn, LinkedPage, openReconnectPlace } from '../lib/reconnect-place.mjs';

/** @typedef {import('../lib/reconnect-place.mjs').Cost} Cost */
/** @typedef {'offline' | 'cut'} Kind */
/** @typedef {{ kind: Kind, costs: Record<string, Cost>, bare: { openMs: number, joinMs: number } }} Outcome of one outage */

export const wholePlan = { rounds: 8, warmUps: 0 };
export const quickPlan = { rounds: 1, warmUps: 0 };

const outageSeconds = { whole: [1, 4, 8, 12], quick: [1, 4] };
/** Outages are mostly waited for, so the rounds of a wave go on beside each other, a little apart. */
const waveSize = 4;
const roundsApartMs = 900;
/** How long a client is looked at after all are back, and what its last event may take to arrive. */
const settleMs = 1_000;
const arrivalMs = 500;

const connections = clients.map(
  ({ client }) => /** @type {const} */ ({ as: client, client, kind: 'change', channel: 'venue' }),
);

/**
 * Every outage has a page with both clients in it, its own way to the backend, and its own length. `offline`: the
 * browser's switch, which fires `offline` and `online`; sockets that are open outlive it (Chromium holds their frames
 * back, Firefox does not even do that), so the link is cut as well. `cut`: the link alone.
 * @type {import('../lib/run-cases.mjs').Driver['open']}
 */
export async function open(entries, workplace) {
  const kinds = new Set(entries.map(({ parameters }) => /** @type {Kind} */ (parameters?.kind)));
  const place = await openReconnectPlace();
  const seconds = workplace.quick ? outageSeconds.quick : outageSeconds.whole;
  const beside = workplace.quick ? 1 : waveSize;
  /** @type {Outage[][]} by round */
  const outages = await Promise.all(
    Array.from({ length: beside }, () =>
      Promise.all(
        [...kinds].flatMap((kind) => seconds.map((length) => Outage.prepare(kind, length, workplace, place))),
      ),
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
      await Promise.all(outages.flat().map(({ page }) => page.close()));
      await place.close();
    },
  };
}

/** One that is prepared once and lived through in every wave. */
class Outage {
  /**
   * @param {Kind} kind
   * @param {number} seconds
   * @param {import('../lib/reconnect-place.mjs').ReconnectPlace} place
   * @param {LinkedPage} page
   */
  constructor(kind, seconds, place, page) {
    this.kind = kind;
    this.seconds = seconds;
    this.place = place;
    this.page = page;
  }

  /**
   * @param {Kind} kind
   * @param {number} seconds
   * @param {import('../lib/run-cases.mjs').Workplace} workplace
   * @param {import('../lib/reconnect-place.mjs').ReconnectPlace} place
   */
  static async prepare(kind, seconds, workplace, place) {
    const outage = new Outage(kind, seconds, place, await LinkedPage.open(workplace, place, connections));
    await outage.untilBack(0);
    return outage;
  }

  /** @returns {Promise<Outcome>} */
  async live() {
    const { inserts } = this.place;
    const { link, context, steered, server } = this.page;
    const from = inserts.last + 1;
    link.cut();
    if (this.kind === 'offline') await context.setOffline(true);
    await sleep(this.seconds * 1_000);
    const since = Date.now();
    link.restore();
    if (this.kind === 'offline') await context.setOffline(false);
    const bare = await steered.call('bareSubscription', server);
    await this.untilBack(since);
    await sleep(settleMs);
    const to = inserts.last;
    await sleep(arrivalMs);
    return { kind: this.kind, costs: await this.page.cost({ since, from, to }), bare };
  }

  /** @param {number} since */
  untilBack(since) {
    return this.page.untilBack(since, ['live', 'event'], `an outage of ${this.seconds} s`);
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
