import { browserSession } from './browser-session';

/** The last user of this device, as long as nobody has said that they are not any more. */
export interface PresumedUser {
  id: string;
  email: string;
  /** When the backend last took the user's token, in milliseconds since 1970. */
  verifiedAt: number;
}

const keyOf = (project: string) => `wedsync-presumed:${project}`;

/** Who was here last and has not signed out: their session is still in the cookies, whether it has expired or not. */
export function presumedUser(project: string): PresumedUser | null {
  try {
    const { id, email, verifiedAt } = JSON.parse(localStorage.getItem(keyOf(project)) ?? 'null') ?? {};
    return typeof id === 'string' &&
      typeof email === 'string' &&
      typeof verifiedAt === 'number' &&
      isHere(project, id)
      ? { id, email, verifiedAt }
      : null;
  } catch {
    return null;
  }
}

/** Remembers a user whom the backend has answered, unless they have left meanwhile. */
export function rememberUser(project: string, user: PresumedUser): void {
  try {
    if (isHere(project, user.id)) localStorage.setItem(keyOf(project), JSON.stringify(user));
  } catch {
    // Nobody is presumed then.
  }
}

/** Forgets who was here, and tells it to the other tabs. */
export function forgetUser(project: string): void {
  try {
    // What is not there cannot be removed, and nobody would be told.
    localStorage.setItem(keyOf(project), 'null');
    localStorage.removeItem(keyOf(project));
  } catch {
    // Nothing was remembered.
  }
}

/** Milliseconds after which a tab looks whether another one has removed the session too: cookies may take longer from tab to tab. */
const looks = [0, 100, 1_000];

/** Calls back when another tab of this browser has signed out, until the function that is returned is called. */
export function onForgotten(project: string, forgotten: () => void): () => void {
  const timers: ReturnType<typeof setTimeout>[] = [];
  const look = () => {
    if (browserSession(project) === null) forgotten();
  };
  const listen = ({ key, newValue }: StorageEvent) => {
    if (key === keyOf(project) && newValue === null)
      timers.push(...looks.map((pause) => setTimeout(look, pause)));
  };
  addEventListener('storage', listen);
  return () => {
    removeEventListener('storage', listen);
    timers.forEach(clearTimeout);
  };
}

function isHere(project: string, user: string): boolean {
  return browserSession(project)?.userId === user;
}
