/** Where to go after signing in: a path of this site, never another site's address. */
export function returnPath(requested: string | null | undefined): string {
  if (!requested?.startsWith('/')) return '/dashboard';
  const base = 'http://site.invalid';
  if (!URL.canParse(requested, base)) return '/dashboard';
  const url = new URL(requested, base);
  // Without its dot segments `/.//host` is `//host`, which a browser takes for another site.
  if (url.origin !== base || url.pathname.startsWith('//')) return '/dashboard';
  return url.pathname === '/sign-in' ? '/dashboard' : url.pathname + url.search;
}
