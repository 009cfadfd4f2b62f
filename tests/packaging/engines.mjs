import { firefox } from '@playwright/test';
import { servePackage } from './package-server.mjs';
import { tokenOf } from './tokens.mjs';
import { launchWebKit } from './webkit.mjs';
import { launchChromium } from './workplace.mjs';

/** The engines that the package is tested in. */
export const engines = /** @type {const} */ (['Chromium', 'Firefox', 'WebKitGTK']);

/**
 * A page of the package's own origin.
 * @typedef {object} EnginePage
 * @property {(program: any, argument?: any) => Promise<any>} evaluate what a function gives in the page, or the value of a text
 * @property {() => Promise<unknown>} close
 */

/**
 * One engine, and the package's files.
 * @param {typeof engines[number]} engine
 */
export async function startEngine(engine) {
  const server = await servePackage();
  const { openPage, stop } = await (engine === 'WebKitGTK' ? launchWebKit() : launchByPlaywright(engine));

  /**
   * Runs a function in a fresh page, whose storage is nobody else's. The page has the package as `wedsync`, and `tokenOf`.
   * @template [Given=undefined]
   * @param {(given: Given) => Promise<any>} program
   * @param {{ prepare?: (() => void)[], given?: Given }} [more] functions that run in the page before
   */
  async function inPage(program, { prepare = [], given } = {}) {
    const page = await openPage(`${server.url}/index.js`);
    try {
      await page.evaluate(`(async () => {
        globalThis.problems = [];
        addEventListener('error', ({ message }) => problems.push(message));
        addEventListener('unhandledrejection', ({ reason }) => problems.push(String(reason)));
        globalThis.wedsync = await import('/index.js');
        globalThis.tokenOf = ${tokenOf};
      })()`);
      for (const one of prepare) await page.evaluate(`(${one})()`);
      const result = await page.evaluate(program, given);
      return { result, problems: await page.evaluate('problems') };
    } finally {
      await page.close();
    }
  }

  return {
    inPage,
    url: server.url,
    async stop() {
      await stop();
      await server.stop();
    },
  };
}

/** @param {'Chromium' | 'Firefox'} engine */
async function launchByPlaywright(engine) {
  const browser =
    engine === 'Chromium'
      ? await launchChromium()
      : await firefox.launch({
          executablePath: process.env.FIREFOX || '/usr/bin/firefox-esr',
          channel: 'moz-firefox',
        });
  return {
    /** @param {string} url @returns {Promise<EnginePage>} */
    async openPage(url) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(url);
      return {
        evaluate: (program, argument) => page.evaluate(program, argument),
        close: () => context.close(),
      };
    },
    stop: () => browser.close(),
  };
}
