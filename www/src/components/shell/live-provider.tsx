'use client';

import { DashboardProvider } from '@wedsync/dashboard/react';
import { type ReactNode, useMemo } from 'react';
import { cacheOptions } from '@/data/cache-options';
import { databaseOptions, serviceOptions } from '@/data/service-options';
import { ServicesProvider } from '@/data/services';
import { useSession } from '@/data/session';
import type { ServiceName } from '@/lib/external/services';
import { DashboardWiring } from './dashboard-wiring';

interface LiveProviderProps {
  /** The services of other companies that this deployment uses. */
  services: readonly ServiceName[];
  children: ReactNode;
}

/** The one live connection of all signed-in pages. It follows the session of the application's one client. */
export function LiveProvider({ services, children }: LiveProviderProps) {
  const { backend, settings } = useSession();
  const options = useMemo(
    () => ({
      supabase: backend(),
      cache: cacheOptions,
      services: {
        database: databaseOptions(settings.url),
        ...Object.fromEntries(services.map((name) => [name, serviceOptions(name)])),
      },
    }),
    [backend, services, settings.url],
  );
  return (
    <DashboardProvider options={options}>
      <DashboardWiring />
      <ServicesProvider value={services}>{children}</ServicesProvider>
    </DashboardProvider>
  );
}
