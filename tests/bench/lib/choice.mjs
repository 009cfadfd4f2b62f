import { Problem } from '../../../scripts/lib/problem.mjs';
import { catalogue } from '../catalogue/index.mjs';
import { browserNames } from './browser.mjs';

/**
 * The cases that were asked for: by their names, or by how these begin (`message.1ch`). None named: all.
 * @param {string[]} names
 */
export function chosenCases(names) {
  const unknown = names.filter((name) => !catalogue.some((entry) => isNamed(entry.name, name)));
  if (unknown.length > 0) {
    throw new Problem(
      `There is no case called ${unknown.join(' or ')}: \`npm run bench -- --list\` names them all.`,
      { exitCode: 2 },
    );
  }
  if (names.length === 0) return catalogue;
  return catalogue.filter((entry) => names.some((name) => isNamed(entry.name, name)));
}

/** @param {string} name @param {string} asked */
function isNamed(name, asked) {
  return name === asked || name.startsWith(`${asked}.`);
}

/** @param {string | undefined} asked @returns {import('./browser.mjs').BrowserName} */
export function chosenBrowser(asked = 'chromium') {
  const name = browserNames.find((known) => known === asked);
  if (!name) {
    throw new Problem(`There is no browser called ${asked} here: take ${browserNames.join(' or ')}.`, {
      exitCode: 2,
    });
  }
  return name;
}
