'use client';

import { filter } from '@wedsync/dashboard';
import { useSubscription } from '@wedsync/dashboard/react';
import { useCallback, useMemo, useState } from 'react';
import { feedLimit, mergeActivity } from '@/lib/activity';
import { screens } from './kept';
import { readActivity } from './queries';
import { useSession } from './session';
import type { Activity } from './types';
import { useKeptRead } from './use-kept-read';
import { useReadInDoubt } from './use-read-in-doubt';

export interface ActivityFeed {
  /** Newest first; `null` until the first read. */
  items: Activity[] | null;
  /** What came over the connection since signing in, newest first. */
  arrived: readonly Activity[];
  /** The feed's subscription delivers. */
  live: boolean;
  problem: string | null;
  busy: boolean;
  /** When what is shown was kept on this device; `null` for what was read just now. */
  keptAt: number | null;
  refresh: () => void;
}

/** The supplier's activity: read once, then kept live, and read again whenever something may have been missed. */
export function useActivityFeed(supplierId: string): ActivityFeed {
  const { backend } = useSession();
  const { value, problem, busy, keptAt, refresh } = useKeptRead(
    supplierId,
    'activity',
    useCallback(() => readActivity(backend(), supplierId), [backend, supplierId]),
    screens.activity,
  );
  const [arrived, setArrived] = useState<readonly Activity[]>([]);

  const { status } = useSubscription({
    channel: `activity:${supplierId}`,
    schema: 'public',
    table: 'activity',
    event: 'INSERT',
    filter: filter<Activity>().eq('supplier_id', supplierId),
    onData: (change: { record?: Activity; errors: string[] | null }) => {
      const row = change.record;
      // A row too large for the wire comes without its columns: then the list is read again.
      if (change.errors || !row) refresh();
      else setArrived((previous) => mergeActivity([row], previous).slice(0, feedLimit));
    },
    onContinuity: refresh,
  });
  useReadInDoubt(status === 'live', refresh);

  const items = useMemo(() => (value === null ? null : mergeActivity(value, arrived)), [value, arrived]);
  return useMemo(
    () => ({ items, arrived, live: status === 'live', problem, busy, keptAt, refresh }),
    [items, arrived, status, problem, busy, keptAt, refresh],
  );
}
