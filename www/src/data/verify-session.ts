import { createBrowserClient } from '@supabase/ssr';
import { sessionCookie } from './session-cookie';
import { browserBackend } from './supabase';

/** Milliseconds that the auth server may take to answer that it is there. */
const patience = 5_000;

/** Milliseconds that a session may take to be read from its cookies. One that is not there by then is being refreshed. */
const reading = 500;

/**
 * Finds out whether the session in the cookies still holds, as soon as the auth server answers. What comes of it reaches the clients of
 * all tabs as an event of theirs.
 *
 * The application's client would not do: once it has failed to refresh a session it answers for a minute that it has failed, however
 * long the network has been back.
 *
 * @returns whether the session holds; `false` also where that could not be found out
 */
export async function verifySession(url: string, anonKey: string): Promise<boolean> {
  if (!navigator.onLine || !(await answers(url, anonKey))) return false;
  return inTurn(`wedsync-verify:${url}`, async () => {
    // Another tab may have done it.
    if (await isValid(url, anonKey)) return true;
    const { auth } = createBrowserClient(url, anonKey, {
      cookieOptions: sessionCookie(url, location.protocol === 'https:'),
      isSingleton: false,
      auth: { autoRefreshToken: false, detectSessionInUrl: false },
    });
    const { data } = await auth.getSession();
    await auth.dispose();
    return data.session !== null;
  });
}

async function isValid(url: string, anonKey: string): Promise<boolean> {
  const read = browserBackend(url, anonKey)
    .auth.getSession()
    .then(({ data }) => data.session !== null);
  return Promise.race([read, new Promise<false>((resolve) => setTimeout(() => resolve(false), reading))]);
}

async function answers(url: string, anonKey: string): Promise<boolean> {
  const address = `${url}/auth/v1/health?apikey=${encodeURIComponent(anonKey)}`;
  const answer = await fetch(address, { cache: 'no-store', signal: AbortSignal.timeout(patience) }).catch(
    () => null,
  );
  return answer?.ok ?? false;
}

/** One tab at a time, where the browser can arrange that. */
function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}
