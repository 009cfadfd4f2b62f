'use client';

import { DashboardProvider } from '@wedsync/dashboard/react';
import { type ReactNode, useMemo } from 'react';
import { useSession } from '@/data/session';

/** The one live connection of all signed-in pages. It follows the session of the application's one client. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { backend } = useSession();
  const options = useMemo(() => ({ supabase: backend() }), [backend]);
  return <DashboardProvider options={options}>{children}</DashboardProvider>;
}
