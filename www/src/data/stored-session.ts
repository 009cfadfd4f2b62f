import { stringFromBase64URL } from '@supabase/ssr';

/** What is taken from a session in its cookies. None of it is proven: what only some may see is for the backend to give. */
export interface StoredSession {
  accessToken: string;
  userId: string;
}

const encoded = 'base64-';

/** The session in the text of its cookies, or `null` if there is none in it. */
export function decodeSession(text: string | null | undefined): StoredSession | null {
  if (!text?.startsWith(encoded)) return null;
  try {
    const session: unknown = JSON.parse(stringFromBase64URL(text.slice(encoded.length)));
    const { access_token: accessToken, user } = (session ?? {}) as {
      access_token?: unknown;
      user?: { id?: unknown };
    };
    return typeof accessToken === 'string' && typeof user?.id === 'string'
      ? { accessToken, userId: user.id }
      : null;
  } catch {
    return null;
  }
}
