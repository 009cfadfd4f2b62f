'use client';

import type { Broadcast } from '@wedsync/dashboard';
import { useDashboard, useSubscription } from '@wedsync/dashboard/react';
import { useCallback } from 'react';
import { screens } from './kept';
import { readPipeline } from './queries';
import { useSession } from './session';
import type { PipelineClient } from './types';
import { type KeptRead, useKeptRead } from './use-kept-read';
import { useReadInDoubt } from './use-read-in-doubt';

/**
 * The supplier's enquiries and bookings. Once the database announces that clients have changed, what was kept of them is invalid, and read again.
 */
export function usePipeline(supplierId: string): KeptRead<PipelineClient[]> {
  const { backend } = useSession();
  const cache = useDashboard()?.cache;
  const read = useKeptRead(
    supplierId,
    'pipeline',
    useCallback(() => readPipeline(backend(), supplierId), [backend, supplierId]),
    screens.pipeline,
  );
  const { status } = useSubscription({
    channel: `supplier:${supplierId}`,
    private: true,
    event: 'clients_changed',
    onData: ({ payload }: Broadcast<{ client_id?: string }>) =>
      cache?.changed(supplierId, 'clients', payload.client_id),
    onContinuity: (continuity) => {
      if (continuity === 'lost') cache?.changed(supplierId, 'clients');
    },
  });
  useReadInDoubt(status === 'live', read.refresh);
  return read;
}
