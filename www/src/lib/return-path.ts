/** Where to go after signing in: a path of this site, never another site's address. */
export function returnPath(requested: string | null | undefined): string {
  if (!requested?.startsWith('/')) return '/dashboard';
  const base = 'http://site.invalid';
  if (!URL.canParse(requested, base)) return '/dashboard';
  const url = new URL(requested, base);
  if (url.origin !== base || url.pathname === '/sign-in') return '/dashboard';
  return url.pathname + url.search;
}
