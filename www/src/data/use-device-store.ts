'use client';

import type { StoreSpace, StoreStatus } from '@wedsync/dashboard';
import { useDashboard } from '@wedsync/dashboard/react';
import { useEffect, useState } from 'react';

/** Milliseconds between two looks at how much space there is. */
const every = 15_000;

/** How well this device keeps things, and in how much space; `null` as long as that is not known. */
export function useDeviceStore(): { status: StoreStatus | null; space: StoreSpace | null } {
  const dashboard = useDashboard();
  const [status, setStatus] = useState<StoreStatus | null>(null);
  const [space, setSpace] = useState<StoreSpace | null>(null);
  useEffect(() => {
    if (!dashboard) return undefined;
    const { store } = dashboard;
    let left = false;
    const read = async () => {
      const found = await store.space().catch(() => null);
      if (!left) setSpace(found);
    };
    setStatus(store.status);
    const unlisten = store.on('status', (news) => {
      setStatus(news);
      void read();
    });
    void read();
    const timer = setInterval(read, every);
    return () => {
      left = true;
      unlisten();
      clearInterval(timer);
    };
  }, [dashboard]);
  return { status, space };
}
