import { type NextRequest, NextResponse } from 'next/server';
import { createServerBackend, isSecure } from '@/data/server-backend';
import { contentSecurityPolicy } from '@/lib/content-security-policy';
import { readSettings } from '@/lib/settings';

/**
 * Gives every answer a content security policy that allows this deployment's backend and nothing else, and keeps the
 * session in its cookies fresh.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const nonce = btoa(crypto.randomUUID());
  const settings = readSettings(process.env);
  const policy = contentSecurityPolicy({
    nonce,
    backendUrl: settings.problem === null ? settings.url : null,
    development: process.env.NODE_ENV === 'development',
  });
  const refreshed = settings.problem === null ? await refreshSession(request, settings) : [];

  // Both of these are the proxy's own: what a request brings under their names is overwritten. Next.js reads the nonce
  // from the request's policy and puts it on the scripts it writes.
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  for (const setOn of refreshed) setOn(response);
  return response;
}

/** Refreshes a session that has run out, in the request, and says what that does to the answer. */
async function refreshSession(
  request: NextRequest,
  settings: { url: string; anonKey: string },
): Promise<((response: NextResponse) => void)[]> {
  const refreshed: ((response: NextResponse) => void)[] = [];
  const { session } = createServerBackend(settings, {
    secure: isSecure(request.headers),
    getAll: () => request.cookies.getAll(),
    setAll(cookies, headers) {
      for (const { name, value } of cookies) request.cookies.set(name, value);
      refreshed.push((response) => {
        for (const { name, value, options } of cookies) response.cookies.set(name, value, options);
        for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
      });
    },
  });
  await session();
  return refreshed;
}

export const config = {
  // The built files alone go without: whatever else there is may become a page, if only one that says "not found".
  matcher: ['/((?!_next/static/).*)'],
};
