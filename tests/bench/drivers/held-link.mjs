import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../../scripts/lib/problem.mjs';
import { clients, inTurn, LinkedPage, openReconnectPlace } from '../lib/reconnect-place.mjs';

/** @typedef {'held' | 'offline'} Kind */
/** @typedef {'rows' | 'broadcasts'} Events */

export const wholePlan = { rounds: 4, warmUps: 0 };
export const quickPlan = { rounds: 1, warmUps: 0 };

const holdSeconds = { whole: [4, 8, 12], quick: [4, 8] };
/** Holds are mostly waited for, so two rounds go on beside each other. */
const waveSize = 2;
/** How long a client is looked at after all have given an event, and what its last event may take to arrive. */
const settleMs = 4_000;
const arrivalMs = 1_000;

const sides = /** @type {const} */ ([
  ...clients,
  { role: 'limit', name: 'a bare socket that is left alone', client: 'minimal router' },
]);
const kindOf = /** @type {const} */ ({ rows: 'change', broadcasts: 'broadcast' });

/** @param {string} client @param {Events} events */
const nameOf = (client, events) => `${client}, ${events}`;

/**
 * Every hold has a page with all clients in it and its own way to the backend, which lets nothing pass for a while and
 * then all of it. `held`: the link alone. `offline`: the browser's switch as well, which fires `offline` and `online`; it
 * does not end sockets, and whether it holds their frames depends on the browser and on who watches, so the link does.
 * Whoever waits gets everything.
 * @type {import('../lib/run-cases.mjs').Driver['open']}
 */
export async function open(entries, workplace) {
  const kinds = [...new Set(entries.map(({ parameters }) => /** @type {Kind} */ (parameters?.kind)))];
  const place = await openReconnectPlace({ tellsVenue: true });
  const seconds = workplace.quick ? holdSeconds.quick : holdSeconds.whole;
  const connections = sides.flatMap(({ client }) =>
    Object.entries(kindOf).map(([events, kind]) => ({
      as: nameOf(client, /** @type {Events} */ (events)),
      client,
      kind,
      channel: 'venue',
    })),
  );
  const pages = await Promise.all(
    Array.from({ length: workplace.quick ? 1 : waveSize }, () =>
      Promise.all(
        kinds.flatMap((kind) =>
          seconds.map(async (length) => ({
            kind,
            seconds: length,
            page: await LinkedPage.open(workplace, place, connections),
          })),
        ),
      ),
    ),
  );
  /** @type {Promise<{ kind: Kind, lost: Record<string, number> }[]>[]} by round */
  const rounds = [];
  const outcomesOf = (/** @type {number} */ round) => {
    if (!rounds[round]) {
      const hold = (/** @type {typeof pages[0][0]} */ held) => liveThrough(held, place.inserts);
      const wave = pages.map((ofRound) => Promise.all(ofRound.map(hold)));
      // Whoever asks for the round is told.
      for (const outcomes of wave) outcomes.catch(() => {});
      rounds.push(...wave);
    }
    return rounds[round] ?? Promise.resolve([]);
  };
  return {
    order: 'together',
    sides: sides.map(({ role, name, client }) => ({
      role,
      name,
      round: inTurn(async (round) => figuresOf(await outcomesOf(round), client)),
    })),
    async close() {
      await Promise.all(pages.flat().map(({ page }) => page.close()));
      await place.close();
    },
  };
}

/**
 * @param {{ kind: Kind, seconds: number, page: LinkedPage }} held
 * @param {import('../lib/steady-inserts.mjs').SteadyInserts} inserts
 */
async function liveThrough({ kind, seconds, page }, inserts) {
  const from = inserts.last + 1;
  page.link.hold();
  const heldAt = Date.now();
  if (kind === 'offline') await page.context.setOffline(true);
  await sleep(heldAt + seconds * 1_000 - Date.now());
  const since = Date.now();
  page.link.restore();
  if (kind === 'offline') await page.context.setOffline(false);
  const passed = await page.steered.call('arrivedBetween', { from: heldAt + arrivalMs, to: since });
  if (passed > 0) {
    throw new Problem(`${passed} events passed a link that was held: correct the case.`, { exitCode: 2 });
  }
  await page.untilBack(since, ['event'], `a link that had been held for ${seconds} s`);
  await sleep(settleMs);
  const to = inserts.last;
  await sleep(arrivalMs);
  const costs = Object.entries(await page.cost({ since, from, to }));
  return { kind, lost: Object.fromEntries(costs.map(([name, { lost }]) => [name, lost])) };
}

/** What the holds of a kind cost a client, summed. @param {{ kind: Kind, lost: Record<string, number> }[]} outcomes @param {string} client */
function figuresOf(outcomes, client) {
  /** @type {import('../lib/measure.mjs').Figures} */
  const figures = {};
  for (const { kind, lost } of outcomes) {
    for (const events of /** @type {const} */ (['rows', 'broadcasts'])) {
      const name = `reconnect.held_link.${events}_lost${kind === 'offline' ? '_offline' : ''}`;
      figures[name] = (figures[name] ?? 0) + (lost[nameOf(client, events)] ?? Number.NaN);
    }
  }
  return figures;
}
