import type { BrowserContext, Page, Route } from '@playwright/test';
import { expect } from '@wedsync/dashboard/testing';
import { amelia, password } from './people.js';
import { readSession, sessionCookies, writeSession } from './session.js';

/** Everything is read, kept, and the service worker answers for the page. */
export async function ready(page: Page): Promise<void> {
  await expect(page.getByTestId('connection-status')).toContainText('Connected');
  await expect(page.getByTestId('dashboard-loaded')).toBeVisible();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, {
    timeout: 60_000,
  });
  for (const name of ['workplace', 'pipeline', 'activity', 'quick-actions'])
    await expect.poll(() => keptText(page)).toContain(name);
}

/** Neither the application's server nor the backend can be reached, by the worker either. */
export async function offline(context: BrowserContext, ...origins: string[]): Promise<void> {
  await context.setOffline(true);
  for (const origin of origins) await context.route(`${origin}/**`, unreachable);
}

const unreachable = (route: Route) =>
  route.request().serviceWorker() ? route.abort('internetdisconnected') : route.fallback();

/** Both can be reached again. */
export async function online(context: BrowserContext): Promise<void> {
  await context.unrouteAll();
  await context.setOffline(false);
}

/** The session in the cookies has run out two hours ago. The page is away from the application afterwards. */
export async function expire(context: BrowserContext, page: Page, url: string): Promise<void> {
  // Away from the application, or its page would refresh the session by itself.
  await page.goto('about:blank');
  const session = await readSession(context);
  const cookies = await sessionCookies(context);
  await writeSession(context, url, { ...session, expires_at: Math.floor(Date.now() / 1000) - 7_200 });
  const expires = cookies[0]?.expires ?? -1;
  const written = await sessionCookies(context);
  await context.addCookies(written.map((cookie) => ({ ...cookie, expires })));
}

/** Signs in as Amelia to the application at this address. */
export async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await expect(async () => {
    await page.getByLabel('Email', { exact: true }).fill(amelia);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForURL('**/dashboard', { timeout: 5_000 });
  }).toPass({ timeout: 30_000 });
}

/** The names of the databases of the cache. */
export function cacheDatabases(page: Page): Promise<string[]> {
  return page.evaluate(async () =>
    (await indexedDB.databases()).flatMap(({ name }) => (name?.endsWith('/cache') ? [name] : [])),
  );
}

/** What the pages keep of what was read. */
export async function keptText(page: Page): Promise<string> {
  const names = await cacheDatabases(page);
  return page.evaluate(async (names) => {
    let text = '';
    for (const name of names) {
      text += await new Promise<string>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const reading = opening.result.transaction('segments').objectStore('segments').getAll();
          reading.onsuccess = () => {
            opening.result.close();
            resolve(JSON.stringify(reading.result));
          };
        };
      });
    }
    return text;
  }, names);
}

/** The build of the worker that answers for the page. */
export function buildOf(page: Page): Promise<unknown> {
  return page.evaluate(() => {
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise<unknown>((resolve) => {
      port1.onmessage = ({ data }) => resolve(data);
    });
    navigator.serviceWorker.controller?.postMessage('build', [port2]);
    return answer;
  });
}
