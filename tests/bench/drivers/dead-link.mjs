import { setTimeout as sleep } from 'node:timers/promises';
import { clients, inTurn, LinkedPage, openReconnectPlace } from '../lib/reconnect-place.mjs';

/** @typedef {import('../lib/reconnect-place.mjs').Connection} Connection */
/** @typedef {'busy' | 'idle'} Habit what the link did before it died */

export const wholePlan = { rounds: 4, warmUps: 0 };
export const quickPlan = { rounds: 1, warmUps: 0 };

/** How long a link lives before the first dies: long enough to have a habit. */
const habitMs = 5_000;
/** The official client's pause between heartbeats: links die at moments spread over it. */
const beatMs = 25_000;
const deathsARound = { whole: 4, quick: 2 };

/**
 * The channel of an idle link: nobody sends on it.
 * @type {Record<Habit, { kind: Connection['kind'], channel: string }>}
 */
const wishes = {
  busy: { kind: 'change', channel: 'venue' },
  idle: { kind: 'broadcast', channel: 'nobody' },
};

/**
 * Every death has a page with both clients in it and its own way to the backend, whose connections fall silent in both
 * directions without an event; new ones pass. The rounds' deaths all go on beside each other, because they are mostly
 * waited for, each at another moment between two heartbeats.
 * @type {import('../lib/run-cases.mjs').Driver['open']}
 */
export async function open(entries, workplace) {
  const habits = [...new Set(entries.map(({ parameters }) => /** @type {Habit} */ (parameters?.habit)))];
  const place = await openReconnectPlace();
  const { rounds } = workplace.quick ? quickPlan : wholePlan;
  const aRound = workplace.quick ? deathsARound.quick : deathsARound.whole;
  const moments = Array.from({ length: rounds * aRound }, (_, at) => ({
    round: at % rounds,
    afterMs: habitMs + (at / (rounds * aRound)) * beatMs,
  }));
  const deaths = await Promise.all(
    habits.flatMap((habit) =>
      moments.map(async (moment) => {
        const connections = clients.map(({ client }) => ({ as: client, client, ...wishes[habit] }));
        return { habit, ...moment, page: await LinkedPage.open(workplace, place, connections) };
      }),
    ),
  );
  /** @type {Promise<Record<string, import('../lib/reconnect-place.mjs').Cost>[]> | undefined} by death */
  let costs;
  /** The mean over the round's deaths. @param {number} round @param {string} client */
  const figuresOf = async (round, client) => {
    costs ??= Promise.all(deaths.map(({ page, afterMs }) => die(page, afterMs)));
    const known = await costs;
    /** @type {import('../lib/measure.mjs').Figures} */
    const figures = {};
    for (const [at, death] of deaths.entries()) {
      if (death.round !== round) continue;
      const { liveMs = Number.NaN } = known[at]?.[client] ?? {};
      const name = `reconnect.dead_link.${death.habit}`;
      figures[name] = (figures[name] ?? 0) + liveMs / 1_000 / aRound;
    }
    return figures;
  };
  return {
    order: 'together',
    sides: clients.map(({ role, name, client }) => ({
      role,
      name,
      round: inTurn((round) => figuresOf(round, client)),
    })),
    async close() {
      await Promise.all(deaths.map(({ page }) => page.close()));
      await place.close();
    },
  };
}

/** @param {LinkedPage} page @param {number} afterMs */
async function die(page, afterMs) {
  await sleep(afterMs);
  const since = Date.now();
  page.link.silence();
  await page.untilBack(since, ['live'], 'its link had fallen silent');
  return page.cost({ since, from: 0, to: -1 });
}
