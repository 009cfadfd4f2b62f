import { Problem } from '../../../scripts/lib/problem.mjs';
import { say } from '../../../scripts/lib/say.mjs';
import { measure, noisySpread } from './measure.mjs';
import { openPageCase } from './page-case.mjs';
import { growthPoints, judged } from './result.mjs';

/**
 * What a case has to work with.
 * @typedef {object} Workplace
 * @property {import('playwright-core').Browser} browser
 * @property {import('./browser.mjs').BrowserName} browserName
 * @property {string} executablePath the browser's
 * @property {() => Promise<import('playwright-core').BrowserContext>} openDiskContext one whose databases are on the disk
 * @property {string} siteUrl the pages, and the realtime socket of `lib/realtime-server.mjs`
 * @property {import('./realtime-server.mjs').RealtimeServer} realtime
 * @property {boolean} quick
 */

/**
 * A driver's module: steers browsers from outside, for the cases given.
 * @typedef {object} Driver
 * @property {{ rounds: number, warmUps: number }} wholePlan
 * @property {{ rounds: number, warmUps: number }} quickPlan
 * @property {(entries: import('../catalogue/index.mjs').BenchCase[], workplace: Workplace) => Promise<import('./measure.mjs').Measurement>} open
 */

const pagePlans = { whole: { rounds: 7, warmUps: 2 }, quick: { rounds: 3, warmUps: 1 } };
const heavyPlans = { whole: { rounds: 7, warmUps: 1 }, quick: { rounds: 2, warmUps: 0 } };
/** How often a noisy case is measured again; the calmest of the attempts counts. */
const repeats = 2;
/** Nothing is measured again once a run has taken so long: a whole one must end within half an hour, noise or not. */
const repeatsWithinMs = 20 * 60_000;

/**
 * Measures the cases, one group after the other: cases of one driver share its runs.
 * @param {import('../catalogue/index.mjs').BenchCase[]} entries
 * @param {Workplace} workplace
 * @param {(result: import('./result.mjs').CaseResult, ms: number) => void} onResult also told how long the case, with
 *   those that share its driver, has taken
 * @returns {Promise<import('./result.mjs').CaseResult[]>}
 */
export async function runCases(entries, workplace, onResult = () => {}) {
  /** @type {Map<string, import('./result.mjs').CaseResult>} */
  const results = new Map();
  const repeatUntil = workplace.quick ? 0 : Date.now() + repeatsWithinMs;
  for (const group of groupsOf(entries)) {
    const started = Date.now();
    for (const result of await runGroup(group, workplace, repeatUntil)) {
      results.set(result.name, result);
      onResult(result, Date.now() - started);
    }
  }
  return entries.map(({ name }) => {
    const result = results.get(name);
    if (!result)
      throw new Problem(`${name} was measured and gave no result: correct its driver.`, { exitCode: 2 });
    return result;
  });
}

/** @param {import('../catalogue/index.mjs').BenchCase[]} entries */
function groupsOf(entries) {
  /** @type {Map<string, import('../catalogue/index.mjs').BenchCase[]>} */
  const groups = new Map();
  for (const entry of entries) {
    const key = entry.driver ? `driver ${entry.driver}` : entry.name;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups.values()];
}

/**
 * @param {import('../catalogue/index.mjs').BenchCase[]} group
 * @param {Workplace} workplace
 * @param {number} repeatUntil when the last repeat may begin
 */
async function runGroup(group, workplace, repeatUntil) {
  let best = await attempt(group, workplace);
  for (let again = 0; again < repeats && best.some(isNoisy) && Date.now() < repeatUntil; again += 1) {
    say(
      `${best
        .filter(isNoisy)
        .map(({ name }) => name)
        .join(', ')}: a spread over 30 %, measured again ...`,
    );
    const next = await attempt(group, workplace);
    best = best.map((result, place) => calmer(result, next[place] ?? result));
  }
  return best;
}

/** @param {import('./result.mjs').CaseResult} result */
function isNoisy({ spread }) {
  return spread !== null && spread > noisySpread;
}

/** @param {import('./result.mjs').CaseResult} one @param {import('./result.mjs').CaseResult} other */
function calmer(one, other) {
  return (other.spread ?? 0) < (one.spread ?? 0) ? other : one;
}

/**
 * @param {import('../catalogue/index.mjs').BenchCase[]} group
 * @param {Workplace} workplace
 * @returns {Promise<import('./result.mjs').CaseResult[]>}
 */
async function attempt(group, workplace) {
  const { measurement, plan } = await openGroup(group, workplace);
  try {
    const outcomes = await measure(
      group.map(({ name }) => name),
      measurement,
      plan,
    );
    return group.map((entry) => {
      const outcome = outcomes[entry.name];
      if (!outcome) throw new Problem(`${entry.name} gave no figure.`, { exitCode: 2 });
      return judged(entry, outcome, growthPoints(measurement.sides));
    });
  } finally {
    await measurement.close();
  }
}

/**
 * @param {import('../catalogue/index.mjs').BenchCase[]} group
 * @param {Workplace} workplace
 */
async function openGroup(group, workplace) {
  const [first] = group;
  if (first?.page) {
    const measurement = await openPageCase(first, workplace);
    const plans = first.heavy ? heavyPlans : pagePlans;
    return { measurement, plan: workplace.quick ? plans.quick : plans.whole };
  }
  /** @type {Driver} */
  const driver = await import(`../drivers/${first?.driver}.mjs`);
  const measurement = await driver.open(group, workplace);
  return { measurement, plan: workplace.quick ? driver.quickPlan : driver.wholePlan };
}
