'use client';

import { useDashboard } from '@wedsync/dashboard/react';
import { useEffect } from 'react';
import { sendDatabaseThrough } from '@/data/database-fetch';
import { useSession } from '@/data/session';
import { wantsNotifications } from '@/lib/alert-wish';

/** Connects the dashboard with the rest, as long as it is there: calls of the database go through it, and it watches health. */
export function DashboardWiring() {
  const dashboard = useDashboard();
  const { url } = useSession().settings;
  useEffect(() => {
    if (!dashboard) return undefined;
    const { health, integrations, store } = dashboard;
    // Once it is there it hears how well this device keeps things; what was told before that it does not learn.
    void store.status;
    void health.startMonitoring();
    // Asked for on the page of health; here the browser is asked nothing any more.
    if (wantsNotifications()) void health.showNotifications();
    return sendDatabaseThrough(url, integrations.fetch('database'));
  }, [dashboard, url]);
  return null;
}
