import { startFailingServer } from './failing-server.mjs';
import { startModulePages } from './module-page.mjs';

/** Pages, and two services of other origins that fail on command: `place` is registered by the programs, `elsewhere` is not. */
export async function startIntegrationPages() {
  const pages = await startModulePages();
  const [place, elsewhere] = [await startFailingServer(), await startFailingServer()];

  /**
   * Runs a function in a fresh page. @template Result
   * @param {() => Promise<Result>} program
   * @param {{ prepare?: (page: import('@playwright/test').Page) => Promise<unknown> }} [more] before the program
   */
  async function inPage(program, { prepare = async () => {} } = {}) {
    place.reply({});
    elsewhere.reply({});
    const { result, errors } = await pages.inPage(program, {
      async prepare(page) {
        await page.exposeFunction('serve', (/** @type {any[]} */ replies) => {
          const left = [...replies];
          place.reply(() => (left.length > 1 ? left.shift() : left[0]));
        });
        await page.exposeFunction('asked', () => place.asked);
        await page.exposeFunction('askedElsewhere', () => elsewhere.asked);
        await page.evaluate(`
          globalThis.pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
          globalThis.place = '${place.url}';
          globalThis.elsewhere = '${elsewhere.url}';
          globalThis.register = (options = {}) =>
            new wedsync.DashboardIntegrationClient({
              services: { calendar: { url: place + '/v1', retry: { baseDelay: 1, maxDelay: 5 }, ...options } },
            });
          undefined;
        `);
        await prepare(page);
      },
    });
    return { result, errors };
  }

  return {
    ...pages,
    inPage,
    place,
    elsewhere,
    async stop() {
      await pages.stop();
      await place.stop();
      await elsewhere.stop();
    },
  };
}

/* What the programs have in the page, by the names that they have there. */

/** Resolves after so many milliseconds. @type {(millis: number) => Promise<void>} */
export const pause = async () => {};
/** The addresses of the two services. */
export const place = '';
export const elsewhere = '';
/** What the service answers with from now on, one after the other; the last for good. @type {(replies: import('./failing-server.mjs').Reply[]) => Promise<void>} */
export const serve = async () => {};
/** What the service was asked since. @type {() => Promise<import('./failing-server.mjs').Asked[]>} */
export const asked = async () => [];
/** What the other one was asked. @type {() => Promise<import('./failing-server.mjs').Asked[]>} */
export const askedElsewhere = async () => [];
/** A client with the service `calendar`. @type {(options?: object) => any} */
export const register = () => undefined;
