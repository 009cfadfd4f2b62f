import { Problem } from '../../../scripts/lib/problem.mjs';
import { growth } from './statistics.mjs';
import { leaveUnreported } from './unreported.mjs';

/**
 * Opens a case that runs in the browser, in a page of its own: what one case compiled, cached or leaked does not reach
 * the next.
 * @param {import('../catalogue/index.mjs').BenchCase} entry
 * @param {import('./run-cases.mjs').Workplace} workplace
 * @returns {Promise<import('./measure.mjs').Measurement & { page: import('playwright-core').Page }>}
 */
export async function openPageCase(entry, { browser, openDiskContext, siteUrl, quick }) {
  const context = await (entry.onDisk ? openDiskContext() : browser.newContext());
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  const orProblem = async (work) => {
    try {
      return await work();
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      throw new Problem(`${entry.name} could not run: ${sentence(said)}`, {
        detail: errors.join('\n'),
        exitCode: 2,
      });
    }
  };
  await orProblem(() => page.goto(siteUrl));
  await leaveUnreported(page);
  const asked = { page: entry.page ?? '', parameters: entry.parameters ?? {}, quick };
  const sides = await orProblem(() =>
    page.evaluate((what) => window.bench.open(what.page, what.parameters, what.quick), asked),
  );
  return {
    page,
    order: 'in turn',
    sides: sides.map(({ role, name, compares }, place) => ({
      role,
      name,
      /** @type {Record<string, number>[]} */
      points: [],
      async round() {
        const measured = await orProblem(() => page.evaluate((at) => window.bench.round(at), place));
        if (typeof measured === 'number') return { [entry.name]: measured };
        this.points.push(measured);
        return {
          [entry.name]: growth(
            Object.entries(measured).map(([size, time]) => ({ size: Number(size), time })),
          ),
        };
      },
      ...(compares
        ? { result: () => orProblem(() => page.evaluate((at) => window.bench.result(at), place)) }
        : {}),
    })),
    async close() {
      await page.evaluate(() => window.bench.close()).catch(() => undefined);
      await context.close();
    },
  };
}

/** The page's own words, without Playwright's. @param {string} text */
function sentence(text) {
  const first = text.split('\n')[0] ?? '';
  return first.replace(/^page\.\w+: (Error: )?/, '').replace(/\.?$/, '.');
}
