'use client';

import { useConnection } from '@wedsync/dashboard/react';

/** Whether the feed below it updates by itself: the connection stands and the feed's subscription delivers. */
export function RealtimeIndicator({ live }: { live: boolean }) {
  const { connected } = useConnection();
  const on = connected && live;
  return (
    <p
      data-testid="realtime-indicator"
      className={`inline-flex items-center gap-2 rounded-full px-2.5 py-1 text-xs font-medium ${
        on ? 'connected bg-success-soft text-success-soft-foreground' : 'bg-default text-muted'
      }`}
    >
      <span
        aria-hidden
        className={`relative size-2 rounded-full ${on ? 'live-pulse bg-current' : 'border border-current'}`}
      />
      {on ? 'Live' : 'Paused'}
    </p>
  );
}
