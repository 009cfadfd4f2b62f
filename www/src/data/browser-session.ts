import { sessionCookie } from './session-cookie';
import { decodeSession, type StoredSession } from './stored-session';

/** The session in this browser's cookies, whether it has expired or not: what the next page would begin with. */
export function browserSession(project: string): StoredSession | null {
  const found = sessionCookies(project);
  return decodeSession(found.map(([, value]) => value).join(''));
}

/** Removes the session from its cookies, whoever holds it in memory. */
export function dropSession(project: string): void {
  for (const [name] of sessionCookies(project)) {
    // biome-ignore lint/suspicious/noDocumentCookie: it has to be gone at once, and not all browsers have the Cookie Store API
    document.cookie = `${name}=; Max-Age=0; Path=/; SameSite=Lax`;
  }
}

/** The cookies that hold it, one or several, in their order. */
function sessionCookies(project: string): [name: string, value: string][] {
  const { name = '' } = sessionCookie(project, false);
  const numberOf = (found: string) => Number(found.slice(name.length + 1));
  return document.cookie
    .split('; ')
    .map((cookie): [string, string] => {
      const [found = '', ...value] = cookie.split('=');
      return [found, value.join('=')];
    })
    .filter(
      ([found]) => found === name || (found.startsWith(`${name}.`) && Number.isInteger(numberOf(found))),
    )
    .sort(([one], [other]) => numberOf(one) - numberOf(other));
}
