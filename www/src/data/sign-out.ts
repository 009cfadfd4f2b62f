import type { Dashboard } from '@wedsync/dashboard';
import { createDashboard, DashboardError } from '@wedsync/dashboard';
import { browserSession, dropSession } from './browser-session';
import { forgetUser } from './presumed-user';
import type { Backend } from './supabase';

/** Milliseconds that each wiping may hold a sign-out up; it goes on behind it. */
const patience = 1_000;

interface Leaving {
  project: string;
  backend: Backend;
  /** What is to be wiped with the rest; `null` if it is not there yet. */
  dashboard: Dashboard | null;
  /** What becomes of changes that the server does not have yet. */
  pending: 'refuse' | 'discard';
}

/**
 * Signs out of this device, with or without a network, and leaves nothing that was kept for the user.
 *
 * @throws {DashboardError} `pending_writes`: nobody is signed out then.
 */
export async function signOut({ project, backend, dashboard, pending }: Leaving): Promise<void> {
  await atMost(patience, wipe(backend, dashboard, pending).catch(ignoreAllBut('pending_writes')));
  const session = browserSession(project);
  // Before anything is waited for: an answer that comes from now on finds nobody to be kept for.
  dropSession(project);
  forgetUser(project);
  // The client's own sign-out would first try to refresh the session, half a minute long without a network, and then end the one of
  // whoever is there by that time. The server ends this one, if it hears of it.
  if (session) void backend.auth.admin.signOut(session.accessToken, 'local').catch(() => {});
}

/** What this device keeps is wiped by a dashboard: one that is made for it, if somebody leaves before the page's own is there. */
async function wipe(backend: Backend, dashboard: Dashboard | null, pending: 'refuse' | 'discard') {
  if (dashboard) return dashboard.signOut({ pending });
  const made = await createDashboard({ supabase: backend });
  try {
    await made.signOut({ pending });
  } finally {
    await made.close();
  }
}

/** The session has to end whatever the browser does with its storage. */
const ignoreAllBut = (code: string) => (thrown: unknown) => {
  if (thrown instanceof DashboardError && thrown.code === code) throw thrown;
};

function atMost(milliseconds: number, work: Promise<void> | undefined): Promise<void> {
  return Promise.race([work, new Promise<void>((resolve) => setTimeout(resolve, milliseconds))]).then(
    () => {},
  );
}
