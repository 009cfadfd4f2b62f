'use client';

import type { HealthAlert } from '@wedsync/dashboard';
import { useDashboard } from '@wedsync/dashboard/react';
import { useCallback, useSyncExternalStore } from 'react';

const none: readonly HealthAlert[] = [];

/** The last alerts, the newest first, those of before this page included. */
export function useAlerts(): readonly HealthAlert[] {
  const dashboard = useDashboard();
  const subscribe = useCallback(
    (listener: () => void) => {
      if (!dashboard) return () => {};
      const { health } = dashboard;
      // Those of before are read from this device without an alert being told.
      const ends = [health.onAlert(listener), health.on('status', listener)];
      return () => {
        for (const end of ends) end();
      };
    },
    [dashboard],
  );
  const snapshot = () => dashboard?.health.alerts ?? none;
  return useSyncExternalStore(subscribe, snapshot, () => none);
}
