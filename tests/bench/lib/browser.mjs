import { chromium, firefox } from 'playwright-core';
import { Problem } from '../../../scripts/lib/problem.mjs';

export const browserNames = /** @type {const} */ (['chromium', 'firefox']);

/** @typedef {typeof browserNames[number]} BrowserName */

/**
 * @param {BrowserName} name
 * @param {string} executablePath
 * @returns {Promise<import('playwright-core').Browser>}
 */
export async function launchBrowser(name, executablePath) {
  try {
    return name === 'firefox'
      ? await firefox.launch({ executablePath, channel: 'moz-firefox' })
      : await chromium.launch({
          executablePath,
          args: [
            // As root, as in most containers, Chromium starts only without its sandbox.
            ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
            // Tabs of a benchmark must not be slowed for being behind one another.
            '--disable-background-timer-throttling',
            '--disable-renderer-backgrounding',
            '--disable-backgrounding-occluded-windows',
          ],
        });
  } catch (error) {
    throw new Problem(`${name} did not start: check that ${executablePath} runs on this machine.`, {
      detail: error instanceof Error ? error.message : String(error),
      exitCode: 2,
    });
  }
}
