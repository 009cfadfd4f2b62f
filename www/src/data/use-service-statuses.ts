'use client';

import type { ServiceStatus } from '@wedsync/dashboard';
import { useDashboard } from '@wedsync/dashboard/react';
import { useEffect, useState } from 'react';

/** Milliseconds until how long an open breaker stays so is told anew. */
const every = 5_000;

/** How each service does, by name, with its breaker; told whenever a call ends. */
export function useServiceStatuses(): readonly ({ name: string } & ServiceStatus)[] {
  const dashboard = useDashboard();
  const [statuses, setStatuses] = useState<readonly ({ name: string } & ServiceStatus)[]>([]);
  useEffect(() => {
    if (!dashboard) return undefined;
    const { integrations } = dashboard;
    const read = () =>
      setStatuses(integrations.names.map((name) => ({ name, ...integrations.status(name) })));
    read();
    const unlisten = integrations.on('service', read);
    const timer = setInterval(read, every);
    return () => {
      unlisten();
      clearInterval(timer);
    };
  }, [dashboard]);
  return statuses;
}
