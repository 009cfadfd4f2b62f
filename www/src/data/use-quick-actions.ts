'use client';

import { useCallback } from 'react';
import { usualVenues } from '@/lib/quick-actions';
import { screens } from './kept';
import { readVenues } from './queries';
import { useSession } from './session';
import { type KeptRead, useKeptRead } from './use-kept-read';

/** What the quick actions are made of: it changes seldom. */
export interface QuickActions {
  /** Where the supplier's weddings usually are. */
  venues: string[];
}

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
    screens['quick-actions'],
  );
}
