import type { CookieOptionsWithName } from '@supabase/ssr';

/**
 * The cookies that hold the session, for the browser and the server alike. They are named after the backend with its
 * port, because a browser keeps the cookies of all ports of a host together. Scripts can read them: the browser is what
 * asks the backend.
 *
 * @param secure the page came over https
 */
export function sessionCookie(backendUrl: string, secure: boolean): CookieOptionsWithName {
  const name = new URL(backendUrl).host.replaceAll(/[^\w]+/g, '-');
  return { name: `sb-${name}-auth-token`, path: '/', sameSite: 'lax', secure };
}
