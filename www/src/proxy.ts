import { type NextRequest, NextResponse } from 'next/server';
import { contentSecurityPolicy } from '@/lib/content-security-policy';
import { offlineShell } from '@/lib/offline-shell';
import { readSettings } from '@/lib/settings';
import { shellScripts } from '@/lib/shell-scripts';

/**
 * Gives every answer a content security policy that allows this deployment's backend and nothing else. It leaves the session alone: that
 * is the browser's to refresh.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const nonce = btoa(crypto.randomUUID());
  const settings = readSettings(process.env);
  const isShell = request.nextUrl.pathname === offlineShell;
  const policy = contentSecurityPolicy({
    nonce,
    // One file for everybody can have no nonce.
    scripts: isShell ? await shellScripts() : null,
    backendUrl: settings.problem === null ? settings.url : null,
    development: process.env.NODE_ENV === 'development',
  });

  // Both of these are the proxy's own: what a request brings under their names is overwritten. Next.js reads the nonce
  // from the request's policy and puts it on the scripts it writes.
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  return response;
}

export const config = {
  // The built files alone go without: whatever else there is may become a page, if only one that says "not found".
  matcher: ['/((?!_next/static/).*)'],
};
