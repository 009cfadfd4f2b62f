import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../../scripts/lib/problem.mjs';
import { serveFolder } from '../../../scripts/lib/static-server.mjs';
import { buildStartupSite, filesOf } from '../lib/startup-site.mjs';
import { leaveUnreported } from '../lib/unreported.mjs';

/** @typedef {import('../lib/run-cases.mjs').Workplace} Workplace */
/** @typedef {import('../lib/startup-site.mjs').StartupBundle} StartupBundle */
/** @typedef {'compile' | 'init' | 'fetch'} Start */

export const wholePlan = { rounds: 9, warmUps: 1 };
export const quickPlan = { rounds: 2, warmUps: 0 };

const headers = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  // As bundlers' output is served: whoever comes again has it.
  'cache-control': 'max-age=31536000, immutable',
};
const settleMs = 150;
const cached = { values: 100, key: 'dashboard:supplier-1:clients:000042' };
const cachedId = '54000000-0000-4000-8000-000000000042';

/** @type {import('../lib/run-cases.mjs').Driver['open']} */
export async function open(entries, workplace) {
  const asked = new Set(entries.map(({ name }) => name));
  const server = await serveFolder(await buildStartupSite(), { headers });
  const start = (/** @type {Start} */ kind, /** @type {StartupBundle} */ bundle) =>
    timeToStart(kind, bundle, server.url, workplace);
  const firstData = asked.has('startup.first_data')
    ? {
        peers: await Visitor.prepare('peers', server.url, workplace),
        raw: await Visitor.prepare('raw', server.url, workplace),
      }
    : null;
  /** @param {Record<string, (() => Promise<number>) | undefined>} figures */
  const round = (figures) => async () => {
    /** @type {Record<string, number>} */
    const measured = {};
    for (const [name, measure] of Object.entries(figures)) {
      if (measure && asked.has(name)) measured[name] = await measure();
    }
    return measured;
  };
  return {
    order: 'in turn',
    sides: [
      {
        role: 'ours',
        name: '@wedsync/dashboard',
        round: round({
          'startup.compile': () => start('compile', 'ours'),
          'startup.init': () => start('init', 'ours'),
        }),
      },
      {
        role: 'peer',
        name: 'supabase-js, query-core, its persister, idb-keyval and cockatiel',
        round: round({
          'startup.compile': () => start('compile', 'peers'),
          'startup.init': () => start('init', 'peers'),
          'startup.first_data': firstData?.peers.timeToFirstData,
        }),
      },
      {
        role: 'limit',
        name: 'our bytes fetched and not run; raw IndexedDB',
        round: round({
          'startup.compile': () => start('fetch', 'ours'),
          'startup.init': () => start('fetch', 'ours'),
          'startup.first_data': firstData?.raw.timeToFirstData,
        }),
      },
    ],
    async close() {
      await firstData?.peers.close();
      await firstData?.raw.close();
      await server.stop();
    },
  };
}

/**
 * In a context of its own: nothing is cached, nothing was compiled before.
 * @param {Start} kind
 * @param {StartupBundle} bundle
 * @param {string} url
 * @param {Workplace} workplace
 */
async function timeToStart(kind, bundle, url, { browser }) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url);
    await leaveUnreported(page);
    // The browser is still busy with the window that it opened.
    await sleep(settleMs);
    return await page.evaluate(timeInPage, { kind, files: filesOf(bundle) });
  } finally {
    await context.close();
  }
}

/**
 * Runs in the page. To compile is to import the JavaScript, and then the WebAssembly where there is some: as an app
 * does, which learns of it from the JavaScript.
 * @param {{ kind: Start, files: string[] }} asked
 */
async function timeInPage({ kind, files }) {
  const [entry = ''] = files;
  const started = performance.now();
  if (kind === 'fetch') {
    for (const file of files) await (await fetch(file)).arrayBuffer();
  } else {
    const module = await import(entry);
    if (kind === 'init') await module.start();
    const wasm = files.find((file) => file.endsWith('.wasm'));
    if (kind === 'compile' && wasm) await WebAssembly.compileStreaming(fetch(wasm));
  }
  return performance.now() - started;
}

/** A user who comes again and again, with a browser that keeps on its disk what an earlier visit left. */
class Visitor {
  /**
   * @param {StartupBundle} bundle
   * @param {string} url
   * @param {import('playwright-core').BrowserContext} context
   */
  constructor(bundle, url, context) {
    this.bundle = bundle;
    this.url = url;
    this.context = context;
  }

  /** @param {StartupBundle} bundle @param {string} url @param {Workplace} workplace */
  static async prepare(bundle, url, { openDiskContext }) {
    const visitor = new Visitor(bundle, url, await openDiskContext());
    await visitor.#inPage(url, (page) =>
      page.evaluate(async ({ entry, values }) => (await import(entry)).visit(values), {
        entry: visitor.entry,
        values: cached.values,
      }),
    );
    return visitor;
  }

  get entry() {
    return `/${this.bundle}/index.js`;
  }

  timeToFirstData = async () => {
    const query = new URLSearchParams({ module: this.entry, key: cached.key });
    const { value, ms } = (await this.#inPage(`${this.url}/?${query}`, (page) =>
      page.evaluate(
        () => /** @type {Window & { first?: Promise<{ value: string, ms: number }> }} */ (window).first,
      ),
    )) ?? { value: undefined, ms: Number.NaN };
    if (value !== cachedId) {
      throw new Problem(
        `startup.first_data: ${this.bundle} read ${value} from its cache and not ${cachedId}.`,
        {
          exitCode: 2,
        },
      );
    }
    return ms;
  };

  close() {
    return this.context.close();
  }

  /** @template T @param {string} url @param {(page: import('playwright-core').Page) => Promise<T>} work */
  async #inPage(url, work) {
    const page = await this.context.newPage();
    try {
      await page.goto(url);
      return await work(page);
    } finally {
      await page.close();
    }
  }
}
