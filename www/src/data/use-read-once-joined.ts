'use client';

import { useEffect, useState } from 'react';

/**
 * Reads again when a subscription is live for the first time: the first read does not wait for the join, so a row
 * written between the two is in neither. Later returns are announced by `onContinuity`.
 */
export function useReadOnceJoined(live: boolean, refresh: () => void): void {
  const [joined, setJoined] = useState(false);
  if (live && !joined) setJoined(true);
  useEffect(() => {
    if (joined) refresh();
  }, [joined, refresh]);
}
