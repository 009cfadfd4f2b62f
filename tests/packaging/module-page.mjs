import assert from 'node:assert/strict';
import { startLocalSupabase } from '@wedsync/local-supabase';
import { servePackage } from './package-server.mjs';
import { tokenOf } from './tokens.mjs';
import { launchChromium } from './workplace.mjs';

/**
 * Chromium, the package's files and an embedded backend of their own.
 * @param {{ migrations?: string, seed?: string }} [database]
 */
export async function startModulePages(database = {}) {
  const browser = await launchChromium();
  const server = await servePackage();
  const backend = await startLocalSupabase({ port: 0, controlPort: 0, ...database });

  /** @param {string} path @param {object} body */
  async function control(path, body) {
    const response = await fetch(backend.controlUrl + path, { method: 'POST', body: JSON.stringify(body) });
    assert.equal(response.status, 200);
  }

  /**
   * Runs a function in a fresh page that has the package as `wedsync`, the manager's options as `options`, and `tokenOf`.
   * @template Result
   * @param {() => Promise<Result>} program
   * @param {{ prepare?: (page: import('@playwright/test').Page) => Promise<unknown> }} [more]
   */
  async function inPage(program, { prepare = async () => {} } = {}) {
    const page = await browser.newPage();
    /** @type {string[]} */
    const errors = [];
    /** @type {string[]} */
    const fetched = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
    try {
      await page.goto(`${server.url}/index.js`);
      const options = { url: backend.url, key: backend.anonKey, reconnectBaseMs: 20 };
      await page.evaluate(`(async () => {
        globalThis.wedsync = await import('/index.js');
        globalThis.options = ${JSON.stringify(options)};
        globalThis.tokenOf = ${tokenOf};
        globalThis.failure = async (promise) => {
          try { await promise; } catch (error) {
            const { name, code, message, retryable } = error;
            return { name, code, message, retryable, own: error instanceof wedsync.DashboardError };
          }
          return 'no error';
        };
        globalThis.event = (manager, name) => new Promise((resolve) => manager.once(name, resolve));
      })()`);
      await prepare(page);
      return { result: await page.evaluate(program), errors, fetched, page };
    } finally {
      await page.close();
    }
  }

  return {
    backend,
    control,
    inPage,
    async stop() {
      await browser.close();
      await server.stop();
      await backend.stop();
    },
  };
}
