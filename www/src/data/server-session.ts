import { combineChunks } from '@supabase/ssr';
import { cookies } from 'next/headers';
import { readSettings } from '@/lib/settings';
import { sessionCookie } from './session-cookie';
import { decodeSession, type StoredSession } from './stored-session';

/**
 * The session in the cookies of the request that is answered, or `null`. It is never refreshed here: a refresh token serves once, and an
 * answer that is lost would end the session. The browser refreshes it, and it alone.
 */
export async function serverSession(): Promise<StoredSession | null> {
  const settings = readSettings(process.env);
  if (settings.problem !== null) return null;
  const store = await cookies();
  const { name = '' } = sessionCookie(settings.url, false);
  return decodeSession(await combineChunks(name, (chunk) => store.get(chunk)?.value));
}
