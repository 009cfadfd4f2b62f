import { stripColours } from './failures.mjs';

/**
 * How many tests ran, by outcome.
 * @typedef {{ passed: number, failed: number, skipped: number }} Totals
 */

/** @returns {Totals} */
export function noTotals() {
  return { passed: 0, failed: 0, skipped: 0 };
}

/** @param {Totals[]} list */
export function sum(list) {
  return list.reduce((all, one) => {
    return {
      passed: all.passed + one.passed,
      failed: all.failed + one.failed,
      skipped: all.skipped + one.skipped,
    };
  }, noTotals());
}

/**
 * Adds up every `test result:` line of cargo, or of wasm-bindgen's test runner, which prints the same.
 * @param {string} output
 */
export function cargoTotals(output) {
  const pattern = /^\s*test result: \S+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm;
  return sum(
    [...stripColours(output).matchAll(pattern)].map(([, passed, failed, skipped]) => ({
      passed: Number(passed),
      failed: Number(failed),
      skipped: Number(skipped),
    })),
  );
}

/**
 * Adds up the closing lines of node:test's reporters: `# pass 3` (tap) and `ℹ pass 3` (spec).
 * @param {string} output
 */
export function nodeTestTotals(output) {
  const text = stripColours(output);
  /** @param {string} words */
  const count = (words) =>
    [...text.matchAll(new RegExp(`^(?:#|ℹ) (?:${words}) (\\d+)$`, 'gm'))].reduce(
      (all, [, n]) => all + Number(n),
      0,
    );
  return { passed: count('pass'), failed: count('fail|cancelled'), skipped: count('skipped|todo') };
}

/**
 * Reads Playwright's JSON report. A flaky test failed once: that is a failure to look into, not a pass.
 * @param {string} report
 */
export function playwrightTotals(report) {
  const { stats, errors } = JSON.parse(report);
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
  };
}
