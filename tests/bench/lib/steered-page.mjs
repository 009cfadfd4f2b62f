import { Problem } from '../../../scripts/lib/problem.mjs';
import { leaveUnreported } from './unreported.mjs';

/**
 * A page of `page/steered.html`, commanded by the functions of one module of `page/steered`.
 * @typedef {object} SteeredPage
 * @property {import('playwright-core').Page} page
 * @property {(command: string, argument?: unknown) => Promise<any>} call
 */

/**
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} siteUrl
 * @param {string} module
 * @returns {Promise<SteeredPage>}
 */
export async function openSteeredPage(context, siteUrl, module) {
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${siteUrl}/steered.html`);
  await leaveUnreported(page);
  return {
    page,
    async call(command, argument) {
      try {
        return await page.evaluate((asked) => window.steer(asked.module, asked.command, asked.argument), {
          module,
          command,
          argument,
        });
      } catch (error) {
        const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
        throw new Problem(
          `A page could not ${module}.${command}: ${said.replace(/^page\.\w+: (Error: )?/, '')}`,
          {
            detail: errors.join('\n'),
            exitCode: 2,
          },
        );
      }
    },
  };
}
