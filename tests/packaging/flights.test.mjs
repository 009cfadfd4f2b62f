// Requests that several share, of the built package in a browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startModulePages } from './module-page.mjs';
import { failure, wedsync } from './page-names.mjs';

/** @type {Awaited<ReturnType<typeof startModulePages>>} */
let pages;
before(async () => {
  pages = await startModulePages();
});
after(() => pages.stop());

test('who leaves at once has asked for nothing, and no rejection is left unhandled', async () => {
  const { result, errors, fetched } = await pages.inPage(
    async () => {
      await wedsync.init();
      const services = { calendar: { url: '/days', retry: false } };
      const client = new wedsync.DashboardIntegrationClient({ services });
      const leaving = new AbortController();
      const asked = failure(client.request('calendar', '', { signal: leaving.signal }));
      leaving.abort();
      const { name } = await asked;
      // Longer than a request goes on that nobody waits for.
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      return name;
    },
    { prepare: (page) => page.route('**/days', () => {}) },
  );
  assert.deepEqual([result, errors, fetched.includes('/days')], ['AbortError', [], false]);
});
