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
const cached = { key: 'dashboard:supplier-1:clients:000042', id: '54000000-0000-4000-8000-000000000042' };
/** What earlier visits have left, by case: so many values, after so many of another user's. */
const visits = {
  'startup.first_data': { values: 100, before: 0 },
  'startup.first_data_10k': { values: 10_000, before: 1_000 },
};
/** @typedef {keyof typeof visits} Visit */

/** @type {import('../lib/run-cases.mjs').Driver['open']} */
export async function open(entries, workplace) {
  const asked = new Set(entries.map(({ name }) => name));
  const server = await serveFolder(await buildStartupSite(), { headers });
  const start = (/** @type {Start} */ kind, /** @type {StartupBundle} */ bundle) =>
    timeToStart(kind, bundle, server.url, workplace);
  /** @type {Partial<Record<Visit, Record<StartupBundle, Visitor>>>} */
  const visitors = {};
  for (const name of /** @type {Visit[]} */ (Object.keys(visits))) {
    if (!asked.has(name)) continue;
    const come = (/** @type {StartupBundle} */ bundle) =>
      Visitor.prepare(name, bundle, server.url, workplace);
    visitors[name] = { ours: await come('ours'), peers: await come('peers'), raw: await come('raw') };
  }
  const firstData = (/** @type {StartupBundle} */ bundle) =>
    Object.fromEntries(
      Object.entries(visitors).map(([name, sides]) => [name, sides[bundle].timeToFirstData]),
    );
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
          ...firstData('ours'),
        }),
      },
      {
        role: 'peer',
        name: 'supabase-js, query-core, its persister, idb-keyval and cockatiel',
        round: round({
          'startup.compile': () => start('compile', 'peers'),
          'startup.init': () => start('init', 'peers'),
          ...firstData('peers'),
        }),
      },
      {
        role: 'limit',
        name: 'our bytes fetched and not run; raw IndexedDB',
        round: round({
          'startup.compile': () => start('fetch', 'ours'),
          'startup.init': () => start('fetch', 'ours'),
          ...firstData('raw'),
        }),
      },
    ],
    async close() {
      for (const sides of Object.values(visitors)) {
        for (const visitor of Object.values(sides)) await visitor.close();
      }
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
   * @param {Visit} name
   * @param {StartupBundle} bundle
   * @param {string} url
   * @param {import('playwright-core').BrowserContext} context
   */
  constructor(name, bundle, url, context) {
    this.name = name;
    this.bundle = bundle;
    this.url = url;
    this.context = context;
  }

  /** @param {Visit} name @param {StartupBundle} bundle @param {string} url @param {Workplace} workplace */
  static async prepare(name, bundle, url, { openDiskContext, quick }) {
    const visitor = new Visitor(name, bundle, url, await openDiskContext());
    const { values, before } = visits[name];
    const amount = (/** @type {number} */ whole) => (quick ? Math.min(whole, 1_000) : whole);
    await visitor.#inPage(url, (page) =>
      page.evaluate(async ({ entry, left }) => (await import(entry)).visit(...left), {
        entry: visitor.entry,
        left: [amount(values), amount(before)],
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
    if (value !== cached.id) {
      throw new Problem(`${this.name}: ${this.bundle} read ${value} from its cache and not ${cached.id}.`, {
        exitCode: 2,
      });
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
