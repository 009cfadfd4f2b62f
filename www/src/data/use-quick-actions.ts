'use client';

import { useCallback } from 'react';
import { usualVenues } from '@/lib/quick-actions';
import { readVenues } from './queries';
import { useSession } from './session';
import { type KeptRead, useKeptRead } from './use-kept-read';

/** What the quick actions are made of: it changes seldom. */
export interface QuickActions {
  /** Where the supplier's weddings usually are. */
  venues: string[];
}

/** Milliseconds for which quick actions are as they are. */
const ttl = 1_800_000;

/** The supplier's quick actions, read every half an hour. */
export function useQuickActions(supplierId: string): KeptRead<QuickActions> {
  const { backend } = useSession();
  return useKeptRead(
    supplierId,
    'quick-actions',
    useCallback(
      async () => ({ venues: usualVenues(await readVenues(backend(), supplierId)) }),
      [backend, supplierId],
    ),
    { ttl },
  );
}
