'use client';

import { useEffect, useState } from 'react';

/**
 * The time, by the minute unless told otherwise: enough for `4 minutes ago` and for the day to change on a page left open.
 *
 * @param every milliseconds
 */
export function useNow(every = 60_000): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
