'use client';

import { useEffect, useState } from 'react';

/** The time, by the minute: enough for `4 minutes ago` and for the day to change on a page left open. */
export function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
