import { Problem } from '../../../scripts/lib/problem.mjs';
import { catalogue } from '../catalogue/index.mjs';

/** @typedef {import('../catalogue/index.mjs').BenchCase} BenchCase */
/** @typedef {import('./measure.mjs').Side} Side */

const listed = '`npm run profile -- --list` names those that can be';

/**
 * Whether a case runs in one page from its beginning to its end.
 * @param {BenchCase} entry
 */
export function isProfilable({ page }) {
  return page !== undefined;
}

/**
 * The one case that was named.
 * @param {string[]} names
 * @returns {BenchCase}
 */
export function caseToProfile(names) {
  const [name] = names;
  if (name === undefined || names.length > 1) {
    throw refusal(`A profile is of one case, and ${names.length || 'none'} were named: ${listed}.`);
  }
  const entry = catalogue.find((known) => known.name === name);
  if (!entry) {
    const begun = catalogue.filter((known) => known.name.startsWith(`${name}.`)).length;
    throw refusal(
      begun > 0
        ? `${name} stands for ${begun} cases, and a profile is of one: ${listed}.`
        : `There is no case called ${name} to be profiled: ${listed}.`,
    );
  }
  if (!isProfilable(entry)) {
    throw refusal(
      `${name} is steered from outside the page, so there is no one page to be profiled: take a case that runs in the page itself, ${listed}.`,
    );
  }
  return entry;
}

/** @param {string | undefined} text */
export function secondsOf(text = '5') {
  const seconds = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || seconds < 0.1 || seconds > 600) {
    throw refusal(`--seconds ${text} cannot be: give a number from 0.1 to 600.`);
  }
  return seconds;
}

/**
 * The place of the side that was asked for, by its role or its name.
 * @param {BenchCase} entry
 * @param {Side[]} sides
 * @param {string | undefined} asked
 */
export function sideToProfile(entry, sides, asked = 'ours') {
  const place = sides.findIndex(({ role, name }) => role === asked || name === asked);
  if (place >= 0) return place;
  const others = sides.map(({ role, name }) => (role === 'ours' ? role : `${role} (${name})`)).join(', ');
  const reason = asked === 'ours' && entry.waitsFor ? `, which waits for ${entry.waitsFor}` : '';
  throw refusal(`${entry.name} has no side called ${asked}${reason}: take one of ${others} by --side.`);
}

/** @param {string} sentence */
function refusal(sentence) {
  return new Problem(sentence, { exitCode: 2 });
}
