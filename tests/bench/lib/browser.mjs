import { chromium, firefox } from 'playwright-core';
import { chromiumArguments } from '../../../scripts/lib/chromium.mjs';
import { Problem } from '../../../scripts/lib/problem.mjs';

export const browserNames = /** @type {const} */ (['chromium', 'firefox']);

/** @typedef {typeof browserNames[number]} BrowserName */

const args = [
  ...chromiumArguments,
  // Tabs of a benchmark must not be slowed for being behind one another.
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
];

/**
 * @param {BrowserName} name
 * @param {string} executablePath
 * @returns {Promise<import('playwright-core').Browser>}
 */
export async function launchBrowser(name, executablePath) {
  try {
    return name === 'firefox'
      ? await firefox.launch({
          executablePath,
          channel: 'moz-firefox',
          // While it is steered, Firefox would keep the stack of each promise, which then costs several times as much.
          firefoxUserPrefs: { 'javascript.options.asyncstack': false },
        })
      : await chromium.launch({
          executablePath,
          args,
        });
  } catch (error) {
    throw didNotStart(name, executablePath, error);
  }
}

/**
 * A context that keeps its databases on the disk, as a user's browser does. Chromium keeps those of any other context of
 * Playwright's in memory, where nothing is durable and strict costs what relaxed does; so it is a browser of its own,
 * with a profile in the system's folder for temporary files (`TMPDIR`) that goes when it is closed. Firefox always
 * writes to its profile.
 * @param {BrowserName} name
 * @param {string} executablePath
 * @param {import('playwright-core').Browser} browser
 * @returns {Promise<import('playwright-core').BrowserContext>}
 */
export async function openDiskContext(name, executablePath, browser) {
  if (name === 'firefox') return browser.newContext();
  try {
    return await chromium.launchPersistentContext('', { executablePath, args });
  } catch (error) {
    throw didNotStart(name, executablePath, error);
  }
}

/** @param {BrowserName} name @param {string} executablePath @param {unknown} error */
function didNotStart(name, executablePath, error) {
  return new Problem(`${name} did not start: check that ${executablePath} runs on this machine.`, {
    detail: error instanceof Error ? error.message : String(error),
    exitCode: 2,
  });
}
