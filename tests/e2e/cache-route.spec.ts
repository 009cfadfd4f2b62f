import type { Page } from '@playwright/test';
import { type DashboardUnderTest, expect, test } from '@wedsync/dashboard/testing';
import { amelia, ben, carla, password } from './support/people.js';

const path = '/api/cache';

/** A supplier's id, and the access token of somebody. */
async function someone({ backend, supabaseUrl, anonKey }: DashboardUnderTest, email: string) {
  const response = await fetch(`${supabaseUrl}/auth/v1/token?grant_type=password`, {
    method: 'POST',
    headers: { apikey: anonKey, 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  const [row] = await backend.sql<{ supplier: string }>(
    `select supplier_id as supplier from public.supplier_members
     join auth.users on users.id = user_id where email = '${email}'`,
  );
  return { token, supplier: row?.supplier ?? '' };
}

function headerOf(supplier: string, key: string, seen: string): string {
  return `1 0 1790000000000 300000 0 - 9 2 k${key} 0.0.0 s${supplier} ${seen}`;
}

test('what one member has cached the others get, until it is invalidated, and nobody else does', async ({
  dashboard,
  request,
}) => {
  const hers = await someone(dashboard, amelia);
  const his = await someone(dashboard, ben);
  const other = await someone(dashboard, carla);
  const { supplier } = hers;
  expect(his.supplier).toBe(supplier);
  const key = `e2e-${Date.now()}`;
  const url = `${dashboard.appUrl}${path}/entry?${new URLSearchParams({ supplier, key })}`;
  const as = (token: string) => ({ authorization: `Bearer ${token}` });

  /** What the supplier's counter says, asked of the server. */
  const ask = (what: string, data: object) =>
    request.post(`${dashboard.appUrl}${path}/${what}`, {
      headers: as(his.token),
      data: { supplier, ...data },
    });
  const tag = `s${supplier}`;
  const { [tag]: seen } = (await (await ask('generations', { all: true })).json()).generations;
  const put = async (seen: string) =>
    request.put(url, {
      headers: { ...as(hers.token), 'x-cache-entry': headerOf(supplier, key, seen) },
      data: Buffer.from('["Amelia"]'),
    });
  expect((await request.get(url)).status()).toBe(401);
  expect((await put(seen)).status()).toBe(204);
  const found = await request.get(url, { headers: as(his.token) });
  expect(found.status()).toBe(200);
  expect(await found.text()).toBe('["Amelia"]');
  expect(found.headers()['cache-control']).toBe('private, no-store');
  expect(found.headers()['x-cache-entry']).toBe(headerOf(supplier, key, seen));
  expect(found.headers()['x-cache-tier']).toBe(process.env.REDIS_URL ? 'redis' : 'memory');
  const again = { headers: { ...as(his.token), 'if-none-match': found.headers().etag ?? '' } };
  expect((await request.get(url, again)).status()).toBe(304);
  const foreign = await request.get(url, { headers: as(other.token) });
  expect(foreign.status()).toBe(403);
  expect(await foreign.json()).toMatchObject({ code: 'not_a_member' });

  const invalidated = await ask('invalidate', { all: true });
  expect(invalidated.status()).toBe(200);
  const { generations } = await invalidated.json();
  expect((await request.get(url, { headers: as(hers.token) })).status()).toBe(204);
  expect((await put(seen)).status()).toBe(409);
  expect((await put(generations[tag])).status()).toBe(204);
});

test('a page of the dashboard may leave its token to the cookie, another site may not', async ({
  dashboard,
  signedInPage,
}) => {
  const page: Page = await signedInPage(amelia, password);
  const { supplier } = await someone(dashboard, amelia);
  const key = `cookie-${Date.now()}`;
  const url = `${path}/entry?${new URLSearchParams({ supplier, key })}`;
  const statuses = await page.evaluate(
    async ([to, base, of, named]) => {
      const asked = { method: 'POST', body: JSON.stringify({ supplier: of, all: true }) };
      const { generations } = await (await fetch(`${base}/generations`, asked)).json();
      const entry = `1 0 1790000000000 300000 0 - 9 2 k${named} 0.0.0 s${of} ${generations[`s${of}`]}`;
      const put = await fetch(to, { method: 'PUT', body: '1', headers: { 'x-cache-entry': entry } });
      return [put.status, (await fetch(to)).status];
    },
    [url, path, supplier, key] as const,
  );
  expect(statuses).toEqual([204, 200]);
  // With the page's cookies, as another site's form would be sent.
  const forged = await page.request.post(`${path}/invalidate`, {
    headers: { origin: 'https://evil.example', 'content-type': 'text/plain' },
    data: JSON.stringify({ supplier, all: true }),
  });
  expect(forged.status()).toBe(401);
  expect((await page.request.get(url, { headers: { 'sec-fetch-site': 'cross-site' } })).status()).toBe(401);
});
