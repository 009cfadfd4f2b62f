import { type NextRequest, NextResponse } from 'next/server';
import { contentSecurityPolicy } from '@/lib/content-security-policy';
import { readSettings } from '@/lib/settings';

/** Gives each page a content security policy that allows this deployment's backend and nothing else. */
export function proxy(request: NextRequest): NextResponse {
  const nonce = btoa(crypto.randomUUID());
  const settings = readSettings(process.env);
  const policy = contentSecurityPolicy({
    nonce,
    backendUrl: settings.problem === null ? settings.url : null,
    development: process.env.NODE_ENV === 'development',
  });

  // Next.js reads the nonce from the request's own policy and puts it on the scripts it writes.
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  return response;
}

export const config = {
  matcher: [
    {
      source: '/((?!_next/static|_next/image|favicon.ico|icon.svg).*)',
      missing: [
        { type: 'header', key: 'next-router-prefetch' },
        { type: 'header', key: 'purpose', value: 'prefetch' },
      ],
    },
  ],
};
