import { Problem } from '../../../scripts/lib/problem.mjs';

/**
 * Has Chromium no longer report the page's requests and the frames of its sockets to Playwright, which asks for them
 * and has no switch against it. Reporting a frame costs more than most of what is measured here: a broadcast over a
 * socket took 250 µs with it and 70 without. What is asked for here is therefore Playwright's own connection to the
 * page, which is not part of its interface; its version is pinned. Firefox is not asked for frames.
 * @param {import('playwright-core').Page} page
 */
export async function leaveUnreported(page) {
  if (page.context().browser()?.browserType().name() === 'firefox') return;
  const connection = /** @type {any} */ (page)._connection;
  const session = connection?.toImpl?.(page)?.delegate?._mainFrameSession?._client;
  if (!session) {
    throw new Problem(
      'This version of Playwright keeps its connection to a page elsewhere: correct `lib/unreported.mjs`.',
      { exitCode: 2 },
    );
  }
  await session.send('Network.disable');
}
