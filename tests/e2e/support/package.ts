import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Page } from '@playwright/test';
import type { DashboardUnderTest } from '@wedsync/dashboard/testing';

/**
 * A page of another device, with the session of a page, in which {@link withPackage} works: its policy would let no script of a test run.
 */
export async function openPage(browser: Browser, { appUrl }: DashboardUnderTest, as: Page): Promise<Page> {
  const context = await browser.newContext({ baseURL: appUrl, bypassCSP: true });
  await context.addCookies(await as.context().cookies());
  const page = await context.newPage();
  await page.goto('/dashboard');
  return page;
}

/**
 * Runs code in a page with another instance of the package than the page's own: `dashboard` is one of the user's, made with `options` and
 * closed afterwards, and `load` imports a file of the package.
 */
export async function withPackage(
  page: Page,
  { supabaseUrl, anonKey }: DashboardUnderTest,
  code: string,
  options = '{}',
): Promise<unknown> {
  const { resolve } = createRequire(import.meta.url);
  const folder = new URL('.', `file://${resolve('@wedsync/dashboard')}`);
  await page.route('**/package/**', async (route) => {
    const path = new URL(route.request().url()).pathname.replace('/package/', '');
    const file = path === 'valibot.js' ? resolve('valibot').replace(/\.cjs$/, '.mjs') : new URL(path, folder);
    const contentType = path.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
    const content = await readFile(file);
    const body = path.endsWith('.js')
      ? content.toString().replaceAll("from 'valibot'", "from '/package/valibot.js'")
      : content;
    await route.fulfill({ contentType, body });
  });
  return page.evaluate(
    `(async () => {
      const load = (file) => import('/package/' + file);
      const { createDashboard } = await load('index.js');
      const session = document.cookie.split('; ').filter((text) => text.startsWith('sb-')).sort()
        .map((text) => text.slice(text.indexOf('=') + 1)).join('').slice('base64-'.length);
      const text = atob(session.replaceAll('-', '+').replaceAll('_', '/'));
      const accessToken = JSON.parse(text).access_token;
      const dashboard = await createDashboard({
        url: ${JSON.stringify(supabaseUrl)}, key: ${JSON.stringify(anonKey)}, accessToken, ...(${options}),
      });
      try {
        ${code}
      } finally {
        await dashboard.close();
      }
    })()`,
  );
}
