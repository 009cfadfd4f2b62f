import { median } from './statistics.mjs';

/**
 * One case of `results.json`. Lower is better throughout. Beside what every reader may rely on, `rounds`, `limit_name`,
 * `others` and, of a scaling curve, `points` say how it came about.
 * @typedef {{ name: string, unit: string, target: number | null, target_of: string | null, met: boolean,
 *   noisy: boolean, waits_for: string | null, points?: Record<string, { size: number, time: number }[]> }
 *   & import('./measure.mjs').Outcome} CaseResult
 */

/** No issue names a figure: then no slower than the peer, but for what a noisy machine makes of it. */
const even = 1.05;

/**
 * A case with its target held against it.
 * @param {import('../catalogue/index.mjs').BenchCase} entry
 * @param {import('./measure.mjs').Outcome} outcome
 * @param {Record<string, { size: number, time: number }[]>} [points]
 * @returns {CaseResult}
 */
export function judged({ name, unit, target, waitsFor }, outcome, points = {}) {
  const held = target ? outcome[target.of] : outcome.ratio;
  return {
    name,
    unit,
    ...outcome,
    target: target?.most ?? null,
    target_of: target?.of ?? null,
    met: outcome.ours !== null && held !== null && held <= (target?.most ?? even),
    noisy: outcome.spread !== null && outcome.spread > 0.3,
    waits_for: outcome.ours === null ? (waitsFor ?? 'a figure that this browser does not give') : null,
    ...(Object.keys(points).length > 0 ? { points } : {}),
  };
}

/**
 * The curve of each side that measured several sizes: the median time at each.
 * @param {(import('./measure.mjs').Side & { points?: Record<string, number>[] })[]} sides
 */
export function growthPoints(sides) {
  /** @type {Record<string, { size: number, time: number }[]>} */
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
