import { expect, test } from '@wedsync/dashboard/testing';

/** Pages, what is no page, and names that only look like a file of the build. */
const paths = [
  '/',
  '/sign-in',
  '/dashboard',
  '/clients/new',
  '/nowhere',
  '/icon.svgs',
  '/favicon.ico',
  '/_next/statics',
  '/api/health',
  '/api/external/service',
];

/** How a browser, Next.js's router and older browsers ask ahead of time. */
const requests: Record<string, string>[] = [
  {},
  { purpose: 'prefetch' },
  { 'sec-purpose': 'prefetch;prerender' },
  { 'next-router-prefetch': '1' },
  { rsc: '1' },
  { rsc: '1', 'next-router-prefetch': '1' },
  { 'next-router-prefetch': '1', purpose: 'prefetch' },
];

/** What somebody would send to have their own script run. */
const forged = {
  'x-nonce': 'forged',
  'content-security-policy': "script-src 'nonce-forged'",
};

test('every answer has a policy of its own, and nothing that a request made up', async ({
  dashboard,
  request,
}) => {
  const nonces = new Set<string>();
  for (const path of paths) {
    for (const headers of requests) {
      const what = `${path} ${JSON.stringify(headers)}`;
      const answer = await request.get(dashboard.appUrl + path, {
        headers: { ...headers, ...forged },
        maxRedirects: 0,
      });
      const policy = answer.headers()['content-security-policy'] ?? '';
      const nonce = /script-src [^;]*'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
      expect(nonce, what).toMatch(/^\S{20,}$/);
      expect(nonces, what).not.toContain(nonce);
      nonces.add(nonce);
      const text = await answer.text();
      expect(text, what).not.toContain('forged');
      for (const [, given] of text.matchAll(/<script[^>]* nonce="([^"]*)"/g)) expect(given, what).toBe(nonce);
    }
  }
});

test('a page runs under its policy: every script of it has the nonce', async ({ dashboard, request }) => {
  const text = await (await request.get(`${dashboard.appUrl}/sign-in`)).text();
  const scripts = [...text.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
  expect(scripts.length).toBeGreaterThan(3);
  for (const tag of scripts) expect(tag).toMatch(/ nonce="\S{20,}"/);
});

test('other windows have no hold on the page; https is kept to where there is https', async ({
  dashboard,
  request,
}) => {
  const ask = async (headers: Record<string, string>) =>
    (await request.get(`${dashboard.appUrl}/sign-in`, { headers })).headers();
  const plain = await ask({});
  expect(plain['cross-origin-opener-policy']).toBe('same-origin');
  expect(plain['strict-transport-security']).toBeUndefined();
  const encrypted = await ask({ 'x-forwarded-proto': 'https' });
  expect(encrypted['strict-transport-security']).toBe('max-age=31536000');
});
