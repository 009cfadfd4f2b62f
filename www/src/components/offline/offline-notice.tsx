'use client';

import { Button } from '@heroui/react';
import { CloudOff } from 'lucide-react';
import { useSession } from '@/data/session';
import { useSupplierData } from '@/data/supplier-data';
import { useOnline } from '@/data/use-online';
import { formatAgo, formatMoment } from '@/lib/dates';
import { useNow } from '../use-now';
import { Notice } from './notice';

/** Says that what is on the screen is what this device kept, how old it is, and who has not been verified. */
export function OfflineNotice() {
  const { state } = useSession();
  const { pipeline, feed } = useSupplierData();
  const now = useNow();
  const isOnline = useOnline();
  const times = [pipeline.keptAt, feed.keptAt].filter((at) => at !== null);
  const problem = pipeline.problem ?? feed.problem;
  const refresh = () => {
    pipeline.refresh();
    feed.refresh();
  };
  const isPresumed = state.status === 'presumed';
  const isInDoubt = !isOnline || problem !== null;
  if (!isPresumed && (!isInDoubt || times.length === 0)) return null;
  const oldest = times.length === 0 ? null : new Date(Math.min(...times));
  return (
    <Notice
      icon={CloudOff}
      testId="offline-notice"
      action={
        problem === null || isPresumed || !isOnline ? null : (
          <Button size="sm" variant="tertiary" onPress={refresh}>
            Try again
          </Button>
        )
      }
    >
      {isOnline ? (problem ?? 'Not connected.') : 'Offline.'}{' '}
      {oldest ? (
        <>
          What you see is from <time dateTime={oldest.toISOString()}>{formatMoment(oldest)}</time>,{' '}
          {formatAgo(now, oldest)}.
        </>
      ) : null}{' '}
      {isPresumed ? <>Last verified {formatAgo(now, new Date(state.user.verifiedAt))}.</> : null}
    </Notice>
  );
}
