import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../../scripts/lib/paths.mjs';
import { tokenOf } from './tokens.mjs';
import { launchChromium } from './workplace.mjs';

const resolver = createRequire(join(root, 'tests', 'packaging', 'vite-app', 'package.json'));
/** @type {typeof import('vite')} */
const vite = await import(pathToFileURL(resolver.resolve('vite')).href);

/* What runs in the page. */
/** @type {any} */
const window = undefined;

/** @typedef {{ value?: unknown, status?: number, hold?: Promise<unknown> }} Answer */
/** @typedef {{ id: string, name: string | null, options?: object, attempt?: number }} Shown */
/** @typedef {{ token?: string | null, cache?: object, shown?: Shown[] }} Wishes */

/**
 * Until nothing is under way in a page any more: what is asked for last goes through the server and the disk, and is shown, after all
 * that came before.
 */
export const settled = (/** @type {import('@playwright/test').Page} */ page) =>
  page.evaluate(async () => {
    const { cache } = window.dashboard;
    const last = { namespace: 'test', supplierId: 's1', resource: 'last' };
    // Without a network it is not answered, and neither is anything before it.
    const ask = () => fetch('/answers/last').then(String, String);
    const { data } = await cache.getOrFetch(last, ask, { force: true });
    // On a busy machine a write may be told as not durable yet.
    while (!(await cache.set(last, data)).disk);
    // What React was told it shows by the next frame.
    await new Promise((resolve) => window.requestAnimationFrame(() => window.requestAnimationFrame(resolve)));
  });

/** Chromium, and a development server that renders the components of `react-app/resources.tsx` and answers their fetchers. */
export async function startResourcePages() {
  const browser = await launchChromium();
  /** What is answered to fetchers, by name. @type {Record<string, Answer>} */
  const answers = {};
  /** What fetchers have asked for. @type {string[]} */
  const asked = [];
  /** What fetchers have asked for, and not waited for. @type {string[]} */
  const left = [];

  /** @type {import('vite').Connect.NextHandleFunction} */
  async function answer(request, response, next) {
    const url = new URL(request.url ?? '', 'http://page.example');
    const [, kind, name = ''] = url.pathname.split('/');
    if (kind === 'answers') {
      asked.push(name);
      response.on('close', () => response.writableEnded || left.push(name));
      const { value, status = 200, hold } = answers[name] ?? { status: 404 };
      await hold;
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(value ?? null));
    } else if (kind === 'page') {
      const { render } = await server.ssrLoadModule('/server.tsx');
      const html = render('http://page.example', JSON.parse(url.searchParams.get('wishes') ?? '{}'));
      const page = `<!doctype html><html lang="en"><head><title>Resources</title></head><body><div id="root">${html}</div><script type="module" src="/client.tsx"></script></body></html>`;
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(await server.transformIndexHtml(url.pathname, page));
    } else next();
  }

  const server = await vite.createServer({
    root: join(root, 'tests', 'packaging', 'react-app'),
    logLevel: 'error',
    cacheDir: join(root, '.cache', 'vite-resources'),
    server: { host: '127.0.0.1', port: 0, hmr: false },
    optimizeDeps: { force: true, entries: ['client.tsx', 'persisted.tsx'] },
    plugins: [
      {
        name: 'answers',
        configureServer: ({ middlewares }) => {
          middlewares.use((request, response, next) => {
            Promise.resolve(answer(request, response, next)).catch(next);
          });
        },
      },
    ],
  });
  await server.listen();
  const [origin = ''] = server.resolvedUrls?.local ?? [];

  /**
   * Opens a page with components that show resources.
   * @param {import('@playwright/test').BrowserContext} context
   * @param {Wishes} wishes
   */
  async function open(context, wishes) {
    const page = await context.newPage();
    /** @type {string[]} */
    const problems = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      const isOfReact = message.type() === 'error' && !message.text().startsWith('Failed to load resource');
      if (isOfReact) problems.push(message.text());
    });
    const all = { token: tokenOf('amelia'), ...wishes };
    const response = await page.goto(
      `${origin}page/resources?${new URLSearchParams({ wishes: JSON.stringify(all) })}`,
    );
    const html = (await response?.text()) ?? '';
    await page.waitForFunction(() => window.setWishes !== undefined);
    return {
      page,
      html,
      problems,
      wish: (/** @type {Wishes} */ more) =>
        page.evaluate((wishes) => window.setWishes(wishes), { ...all, ...more }),
      /** @returns {Promise<string[]>} what a component has shown, in the order of React's commits */
      commits: (id = 'one') => page.evaluate((id) => window.commits[id] ?? [], id),
      /** @returns {Promise<string[]>} */
      recovered: () => page.evaluate(() => window.recovered),
    };
  }

  return {
    answers,
    asked,
    left,
    origin,
    open,
    /** @param {(context: import('@playwright/test').BrowserContext) => Promise<void>} work */
    async inBrowser(work) {
      const context = await browser.newContext();
      try {
        await work(context);
      } finally {
        await context.close();
      }
    },
    async stop() {
      await browser.close();
      await server.close();
    },
  };
}
