'use client';

import { useConnection } from '@wedsync/dashboard/react';
import { useEffect, useState } from 'react';

/** Milliseconds for which a connection is down before the server is asked in another way, at least and at most: all devices lose it together. */
const soonest = 1_000;
const latest = 4_000;

/**
 * Reads again when a subscription is live for the first time: the first read does not wait for the join, so a row
 * written between the two is in neither. Later returns are announced by `onContinuity`. And reads when the connection is down: if that fails
 * too, what is shown is told to be old.
 */
export function useReadInDoubt(live: boolean, refresh: () => void): void {
  const [joined, setJoined] = useState(false);
  if (live && !joined) setJoined(true);
  useEffect(() => {
    if (joined) refresh();
  }, [joined, refresh]);

  const isDown = useConnection().state === 'disconnected';
  useEffect(() => {
    if (!isDown) return undefined;
    const timer = setTimeout(refresh, soonest + (latest - soonest) * Math.random());
    return () => clearTimeout(timer);
  }, [isDown, refresh]);
}
