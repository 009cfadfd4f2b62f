import { Problem } from '../../../scripts/lib/problem.mjs';
import { median, pairedRatios, spread, width } from './statistics.mjs';

/**
 * What a round measured: a figure by the name of its case.
 * @typedef {Record<string, number>} Figures
 */

/**
 * One that is measured. `peer`s compete, and the best of them is compared with; the first `limit` stands for what the
 * machine allows; an `aside` is only listed.
 * @typedef {object} Side
 * @property {'ours' | 'peer' | 'limit' | 'aside'} role
 * @property {string} name
 * @property {() => Promise<Figures>} round
 * @property {() => Promise<unknown>} [result] what it delivered: the same from all sides, or no time counts
 * @property {Record<string, number>[]} [points] of a scaling case, by round the time at each size
 */

/**
 * @typedef {object} Measurement
 * @property {Side[]} sides
 * @property {'in turn' | 'together'} order together: all sides live through the same round, because it mostly waits
 * @property {() => Promise<void>} close
 */

/**
 * What a case came to; as `results.json` has it, but for the catalogue's part.
 * @typedef {object} Outcome
 * @property {number | null} ours
 * @property {number | null} peer
 * @property {string | null} peer_name
 * @property {number | null} ratio
 * @property {number | null} limit
 * @property {string | null} limit_name
 * @property {number | null} limit_ratio
 * @property {number | null} spread of the ratio; where there is no pair, of the figure itself; of exponents the plain width
 * @property {number} rounds
 * @property {Record<string, number>} others medians of the peers that were not the best, and of asides
 */

/** Above this a case says that it is noisy, and is measured again. */
export const noisySpread = 0.3;

/**
 * Checks that all sides deliver the same, warms up, and measures in turn (A B C, C B A, …), so that no side
 * always comes first.
 * @param {string[]} names the cases that the measurement answers
 * @param {Measurement} measurement
 * @param {{ rounds: number, warmUps: number }} plan
 * @returns {Promise<Record<string, Outcome>>}
 */
export async function measure(names, { sides, order }, { rounds, warmUps }) {
  await compareResults(names, sides);
  for (let round = 0; round < warmUps; round += 1) await runRound(sides, order, round);
  /** @type {Figures[][]} by round and side */
  const measured = [];
  for (let round = 0; round < rounds; round += 1) measured.push(await runRound(sides, order, round));
  return Object.fromEntries(
    names.map((name) => [name, outcome(sides, (side) => measured.map((figures) => figures[side]?.[name]))]),
  );
}

/** @param {string[]} names @param {Side[]} sides */
async function compareResults(names, sides) {
  /** @type {{ side: string, result: string } | undefined} */
  let first;
  for (const { name: side, result: deliver } of sides) {
    if (!deliver) continue;
    const result = JSON.stringify(await deliver());
    first ??= { side, result };
    if (result !== first.result) {
      throw new Problem(
        `${names[0]}: ${side} and ${first.side} do not deliver the same, so their times cannot be compared: correct the case.`,
        {
          detail: `${first.side}: ${first.result.slice(0, 500)}\n${side}: ${result.slice(0, 500)}`,
          exitCode: 2,
        },
      );
    }
  }
}

/**
 * @param {Side[]} sides
 * @param {Measurement['order']} order
 * @param {number} round
 * @returns {Promise<Figures[]>} by side
 */
async function runRound(sides, order, round) {
  if (order === 'together') return Promise.all(sides.map((side) => side.round()));
  /** @type {Figures[]} */
  const figures = [];
  const places = sides.map((_, place) => place);
  for (const place of round % 2 === 0 ? places : places.reverse()) {
    figures[place] = await /** @type {Side} */ (sides[place]).round();
  }
  return figures;
}

/**
 * @param {Side[]} sides
 * @param {(side: number) => (number | undefined)[]} figuresOf
 * @returns {Outcome}
 */
export function outcome(sides, figuresOf) {
  const all = sides
    .map(({ role, name }, place) => ({
      role,
      name,
      // A side that a case does not concern, or that could not be measured in this browser, gives no figure.
      values: figuresOf(place).filter((value) => value !== undefined && Number.isFinite(value)),
    }))
    .filter(({ values }) => values.length > 0)
    .map((side) => ({ ...side, values: /** @type {number[]} */ (side.values) }))
    .map((side) => ({ ...side, median: median(side.values) }));
  const ours = all.find(({ role }) => role === 'ours');
  const peers = all.filter(({ role }) => role === 'peer').sort((a, b) => a.median - b.median);
  const limit = all.find(({ role }) => role === 'limit');
  const peer = peers[0];
  const ratios = ours && peer ? pairedRatios(ours.values, peer.values) : null;
  const limitRatios = ours && limit ? pairedRatios(ours.values, limit.values) : null;
  const named = [ours, peer, limit];
  return {
    ours: ours?.median ?? null,
    peer: peer?.median ?? null,
    peer_name: peer?.name ?? null,
    ratio: ratios && median(ratios),
    limit: limit?.median ?? null,
    limit_name: limit?.name ?? null,
    limit_ratio: limitRatios && median(limitRatios),
    // An exponent may be 0: what it differs by says more than what share of itself that is.
    spread: sides.some(({ points = [] }) => points.length > 0)
      ? width((ours ?? peer ?? limit)?.values ?? [])
      : spread(ratios ?? (ours ?? peer ?? limit)?.values ?? []),
    rounds: Math.max(0, ...all.map(({ values }) => values.length)),
    others: Object.fromEntries(
      all.filter((side) => !named.includes(side)).map(({ name, median: value }) => [name, value]),
    ),
  };
}
