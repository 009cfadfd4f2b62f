import type { BrowserContext, Cookie } from '@playwright/test';

export interface StoredSession {
  access_token: string;
  refresh_token: string;
  /** Seconds since 1970. */
  expires_at: number;
}

/** The cookies that hold a page's session. */
export async function sessionCookies(context: BrowserContext): Promise<Cookie[]> {
  return (await context.cookies()).filter(({ name }) => /^sb-[\w-]+-auth-token(\.\d+)?$/.test(name));
}

/** The session in them, as @supabase/ssr keeps it: base64 in chunks. */
export async function readSession(context: BrowserContext): Promise<StoredSession> {
  const cookies = (await sessionCookies(context)).sort((one, other) => (one.name < other.name ? -1 : 1));
  const text = cookies.map(({ value }) => value).join('');
  return JSON.parse(Buffer.from(text.replace(/^base64-/, ''), 'base64url').toString());
}

/** Replaces it. */
export async function writeSession(
  context: BrowserContext,
  url: string,
  session: StoredSession,
): Promise<void> {
  const cookies = await sessionCookies(context);
  const name = cookies[0]?.name.replace(/\.\d+$/, '') ?? '';
  for (const cookie of cookies) await context.clearCookies({ name: cookie.name });
  const text = `base64-${Buffer.from(JSON.stringify(session)).toString('base64url')}`;
  const chunks = text.match(/.{1,3000}/g) ?? [];
  await context.addCookies(
    chunks.map((value, index) => ({ name: chunks.length === 1 ? name : `${name}.${index}`, value, url })),
  );
}
