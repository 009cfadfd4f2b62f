'use client';

import type { HealthHistory } from '@wedsync/dashboard';
import { useDashboard } from '@wedsync/dashboard/react';
import { useEffect, useState } from 'react';

/** Milliseconds between two looks at the past, which is kept by another tab where that one leads. */
const every = 5_000;

/** The pasts of all checks by name; of one that was not read yet there is none. */
export function useHistories(): Readonly<Record<string, HealthHistory>> {
  const dashboard = useDashboard();
  const [histories, setHistories] = useState<Readonly<Record<string, HealthHistory>>>({});
  useEffect(() => {
    if (!dashboard) return undefined;
    const { health } = dashboard;
    let left = false;
    const read = async () => {
      const names = Object.keys(health.getHealthStatus().checks);
      const entries = await Promise.all(
        names.map(async (name) => [name, await health.history(name).catch(() => null)] as const),
      );
      const known = entries.filter((entry): entry is [string, HealthHistory] => entry[1] !== null);
      if (!left) setHistories(Object.fromEntries(known));
    };
    void read();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void read();
    }, every);
    return () => {
      left = true;
      clearInterval(timer);
    };
  }, [dashboard]);
  return histories;
}
