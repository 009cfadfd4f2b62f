'use client';

import { init, RealtimeSubscriptionManager } from '@wedsync/dashboard';
import { useConnection, useDashboard } from '@wedsync/dashboard/react';
import { useEffect, useState } from 'react';

export function Live() {
  const dashboard = useDashboard();
  const { state } = useConnection();
  const [module, setModule] = useState('loading');
  useEffect(() => {
    init().then(
      () => setModule('loaded'),
      (error: unknown) => setModule(String(error)),
    );
  }, []);
  return (
    <>
      <p data-testid="module">{module}</p>
      <p data-testid="state">{state}</p>
      <p data-testid="dashboard">
        {dashboard?.realtime instanceof RealtimeSubscriptionManager ? 'a dashboard' : 'no dashboard yet'}
      </p>
    </>
  );
}
