/**
 * A test that failed, and what its runner said of it: what a reader of the last lines of a long run needs.
 * @typedef {{ name: string, reason: string }} Failure
 */

/** Lines that are repeated of what a runner said. The rest stands where the suite ran. */
const LINES = 12;

/**
 * The tests of a TAP report of node:test that failed of themselves, not because of one within them.
 * @param {string} tap
 * @returns {Failure[]}
 */
export function nodeTestFailures(tap) {
  const pattern = /^( *)not ok \d+ - (.*)\n\1 {2}---\n([\s\S]*?)\n\1 {2}\.\.\.$/gm;
  return [...tap.matchAll(pattern)].flatMap(([, , name = '', said = '']) => {
    if (said.includes("failureType: 'subtestsFailed'")) return [];
    return [{ name, reason: shortened(said.replace(/^[\s\S]*?^ *error: /m, '').replace(/^\|-\n/, '')) }];
  });
}

/**
 * The tests of Playwright's JSON report that failed, by the last try.
 * @param {string} report
 * @returns {Failure[]}
 */
export function playwrightFailures(report) {
  /** @param {any} suite @returns {Failure[]} */
  const within = ({ suites = [], specs = [] }) => [
    ...suites.flatMap(within),
    ...specs
      .filter((/** @type {any} */ { ok }) => !ok)
      .map((/** @type {any} */ { title, tests }) => {
        const errors = tests.flatMap((/** @type {any} */ { results }) => results.at(-1)?.errors ?? []);
        return {
          name: title,
          reason: shortened(errors.map((/** @type {any} */ { message }) => message).join('\n')),
        };
      }),
  ];
  const { suites, errors } = JSON.parse(report);
  return [
    ...within({ suites }),
    ...errors.map((/** @type {any} */ { message }) => ({
      name: 'outside of tests',
      reason: shortened(message ?? ''),
    })),
  ];
}

/**
 * The tests of cargo, or of wasm-bindgen's test runner, that failed. What they said stands where the suite ran.
 * @param {string} output
 * @returns {Failure[]}
 */
export function cargoFailures(output) {
  const pattern = /^\s*test (\S+) \.\.\. FAIL(?:ED)?\b/gm;
  return [...stripColours(output).matchAll(pattern)].map(([, name = '']) => ({ name, reason: '' }));
}

/** @param {string} text */
function shortened(text) {
  const lines = stripColours(text)
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return lines.slice(0, LINES).join('\n');
}

/** @param {string} text */
export function stripColours(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with the control character
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}
