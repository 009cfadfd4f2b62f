import { bundle, total } from '../size/lib/bundle.mjs';
import { bundles } from '../size/lib/bundles.mjs';

/** @typedef {import('../size/lib/bundle.mjs').Size} Size */

// A size is the same in every round; three of them let the harness say so.
export const wholePlan = { rounds: 3, warmUps: 0 };
export const quickPlan = wholePlan;

/**
 * Weighs the bundles; no browser is needed.
 * @param {import('../catalogue/index.mjs').BenchCase[]} entries
 * @returns {Promise<import('../lib/measure.mjs').Measurement>}
 */
export async function open(entries) {
  const sides = [];
  for (const { role, name, entry } of bundles) {
    if (role === 'application') continue;
    const size = total(await bundle(entry));
    const figures = Object.fromEntries(entries.map((asked) => [asked.name, sizeFor(asked, size)]));
    sides.push({ role, name, round: async () => figures });
  }
  return { sides, order: 'in turn', close: async () => undefined };
}

/** @param {import('../catalogue/index.mjs').BenchCase} entry @param {Size} size */
function sizeFor({ parameters }, size) {
  return parameters?.compression === 'brotli' ? size.brotli : size.gzip;
}
