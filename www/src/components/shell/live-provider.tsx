'use client';

import { DashboardProvider } from '@wedsync/dashboard/react';
import { type ReactNode, useMemo } from 'react';
import { useSession } from '@/data/session';

/** The one live connection of all signed-in pages, with the user's own token. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { settings, backend } = useSession();
  const { url, anonKey } = settings;
  const options = useMemo(
    () => ({
      url,
      key: anonKey,
      // Asked at each join: getSession refreshes a token that is about to expire.
      accessToken: async () => (await backend().auth.getSession()).data.session?.access_token ?? null,
    }),
    [url, anonKey, backend],
  );
  return <DashboardProvider options={options}>{children}</DashboardProvider>;
}
