'use client';

import { useSubscription } from '@wedsync/dashboard/react';
import { useCallback } from 'react';
import { readPipeline } from './queries';
import { useSession } from './session';
import type { PipelineClient } from './types';
import { type Read, useRead } from './use-read';
import { useReadOnceJoined } from './use-read-once-joined';

/** The supplier's enquiries and bookings, read again whenever the database announces that clients have changed. */
export function usePipeline(supplierId: string): Read<PipelineClient[]> {
  const { backend } = useSession();
  const read = useRead(useCallback(() => readPipeline(backend(), supplierId), [backend, supplierId]));
  const { status } = useSubscription({
    channel: `supplier:${supplierId}`,
    private: true,
    event: 'clients_changed',
    onData: read.refresh,
    onContinuity: read.refresh,
  });
  useReadOnceJoined(status === 'live', read.refresh);
  return read;
}
