import { chromium, expect } from '@playwright/test';
import { chromiumArguments } from '../../scripts/lib/chromium.mjs';

/**
 * Opens pages in the Chromium that the tests were given.
 * @param {import('@playwright/test').LaunchOptions} [more]
 */
export async function launchChromium(more = {}) {
  return chromium.launch({
    ...more,
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: chromiumArguments,
  });
}

/**
 * Opens a page, waits until each test id shows its text, and says what else happened.
 * @param {import('@playwright/test').Browser} browser
 * @param {string} url
 * @param {Record<string, string | RegExp>} expected by test id
 */
export async function readPage(browser, url, expected) {
  const page = await browser.newPage();
  /** @type {string[]} */
  const problems = [];
  /** @type {{ url: string, status: number, type: string | undefined }[]} */
  const answers = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('response', (response) => {
    answers.push({
      url: response.url(),
      status: response.status(),
      type: response.headers()['content-type'],
    });
  });
  try {
    await page.goto(url);
    for (const [name, text] of Object.entries(expected))
      await expect(page.getByTestId(name)).toHaveText(text);
    return { problems, answers };
  } finally {
    await page.close();
  }
}
