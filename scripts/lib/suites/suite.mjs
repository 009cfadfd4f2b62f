import { Problem } from '../problem.mjs';
import { duration, say } from '../say.mjs';
import { sum } from '../totals.mjs';

/**
 * One kind of test: what it is called, how long it may take on two cores when warm, and how to run it.
 * @typedef {object} Suite
 * @property {string} name
 * @property {number} budgetSeconds
 * @property {() => Promise<Outcome>} run
 */

/**
 * @typedef {object} Outcome
 * @property {boolean} ok the runner's own verdict
 * @property {import('../totals.mjs').Totals} totals
 * @property {import('../failures.mjs').Failure[]} [failures] those whose names the runner tells
 */

/** @typedef {{ suite: Suite, outcome: Outcome, ms: number }} Finished */

/**
 * Runs one suite after the other. A suite that throws, that ran nothing or that its runner calls failed has at
 * least one failure, whatever was counted.
 * @param {Suite[]} suites
 * @returns {Promise<Finished[]>}
 */
export async function runSuites(suites) {
  /** @type {Finished[]} */
  const finished = [];
  for (const suite of suites) {
    say(`\n== ${suite.name} (budget ${duration(suite.budgetSeconds * 1000)})`);
    const started = Date.now();
    finished.push({ suite, outcome: judge(suite, await attempt(suite)), ms: Date.now() - started });
  }
  return finished;
}

/** @param {Suite} suite @returns {Promise<Outcome>} */
async function attempt(suite) {
  try {
    return await suite.run();
  } catch (error) {
    if (error instanceof Problem && error.detail) say(error.detail);
    say(error instanceof Problem ? error.message : String(error instanceof Error ? error.stack : error));
    return { ok: false, totals: { passed: 0, failed: 1, skipped: 0 } };
  }
}

/** @param {Suite} suite @param {Outcome} outcome @returns {Outcome} */
function judge(suite, { ok, totals, failures = [] }) {
  const ranNothing = totals.passed + totals.failed === 0;
  if (ranNothing) say(`${suite.name}: no test ran, and that is a failure.`);
  const failed = totals.failed > 0 || (ok && !ranNothing) ? totals.failed : 1;
  return { ok: failed === 0, totals: { ...totals, failed }, failures };
}

/** What failed, the table and the last line. @param {Finished[]} finished */
export function report(finished) {
  const width = Math.max(...finished.map(({ suite }) => suite.name.length));
  for (const { suite, outcome } of finished) {
    for (const { name, reason } of outcome.failures ?? []) {
      console.log(`\nFAILED  ${suite.name}: ${name}`);
      if (reason) console.log(reason.replaceAll(/^/gm, '        '));
    }
  }
  console.log('');
  for (const { suite, outcome, ms } of finished) {
    const { passed, failed, skipped } = outcome.totals;
    const over = ms > suite.budgetSeconds * 1000 ? '  over its budget' : '';
    console.log(
      [
        outcome.ok ? 'ok    ' : 'FAILED',
        suite.name.padEnd(width),
        `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`.padEnd(24),
        `${duration(ms).padStart(9)} of ${duration(suite.budgetSeconds * 1000)}${over}`,
      ].join('  '),
    );
  }
  const { passed, failed } = sum(finished.map(({ outcome }) => outcome.totals));
  console.log(`\n${duration(finished.reduce((all, { ms }) => all + ms, 0))} in all`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
