import { noisySpread } from './measure.mjs';
import { isWorseThan, linearithmicGrowth, median, steepest } from './statistics.mjs';

/** @typedef {Record<string, { size: number, time: number }[]>} Curves by side, the median time at each size */

/**
 * One case of `results.json`. Lower is better throughout. Beside what every reader may rely on, `rounds`, `limit_name`,
 * `others` and, of a scaling case, `points` say how it came about.
 * @typedef {{ name: string, unit: string, target: number | null, target_of: string | null, met: boolean,
 *   noisy: boolean, waits_for: string | null, points?: Curves, steeper_than_n_log_n?: string[] }
 *   & import('./measure.mjs').Outcome} CaseResult
 */

/** No issue names a figure: then no slower than the peer, but for what a noisy machine makes of it. */
const even = 1.05;

/**
 * A case with its target held against it.
 * @param {import('../catalogue/index.mjs').BenchCase} entry
 * @param {import('./measure.mjs').Outcome} outcome
 * @param {Curves} [points]
 * @returns {CaseResult}
 */
export function judged(entry, outcome, points = {}) {
  const curves = Object.values(points);
  const sizes = curves[0]?.map(({ size }) => size) ?? [];
  const target =
    sizes.length > 0 ? { most: steepest(sizes), of: /** @type {const} */ ('ours') } : entry.target;
  const held = target ? outcome[target.of] : outcome.ratio;
  return {
    name: entry.name,
    unit: entry.unit,
    ...outcome,
    target: target?.most ?? null,
    target_of: target?.of ?? null,
    met: outcome.ours !== null && held !== null && held <= (target?.most ?? even),
    noisy: outcome.spread !== null && outcome.spread > noisySpread,
    waits_for: outcome.ours === null ? (entry.waitsFor ?? 'a browser that tells this figure') : null,
    ...(sizes.length > 0 ? { points, steeper_than_n_log_n: steeper(points, sizes) } : {}),
  };
}

/** @param {Curves} points @param {number[]} sizes */
function steeper(points, sizes) {
  const allowed = linearithmicGrowth(sizes);
  return Object.entries(points)
    .filter(([, curve]) => isWorseThan(curve, allowed))
    .map(([name]) => name);
}

/**
 * The curve of each side that measured several sizes.
 * @param {import('./measure.mjs').Side[]} sides
 * @returns {Curves}
 */
export function growthPoints(sides) {
  /** @type {Curves} */
  const curves = {};
  for (const { name, points = [] } of sides) {
    const sizes = Object.keys(points[0] ?? {}).map(Number);
    if (sizes.length === 0) continue;
    curves[name] = sizes.map((size) => ({
      size,
      time: median(points.map((point) => point[size] ?? Number.NaN)),
    }));
  }
  return curves;
}
