'use client';

import type { CacheFetchContext, CacheKey, Dashboard, DashboardError } from '@wedsync/dashboard';
import { useConnection, useDashboard, useResource } from '@wedsync/dashboard/react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { type Keeping, keepOptions, keptAs } from './kept';
import { useSession } from './session';
import { useOnline } from './use-online';
import { type Read, useRead } from './use-read';

/** A read that shows what this device has kept until it succeeds. */
export interface KeptRead<T> extends Read<T> {
  /** When what is shown was read, in milliseconds since 1970, if it may have changed since then; `null` for what is up to date. */
  keptAt: number | null;
}

const nothingKept = 'This device has kept nothing of it. It is read as soon as you are connected.';

/**
 * As {@link useRead}, through the cache: what was read last is there at once, and all tabs share one read. For a presumed user nothing is
 * asked: it would be asked as nobody. Where the module could not be loaded it is read without the cache.
 */
export function useKeptRead<T>(
  supplierId: string,
  resource: string,
  read: (context?: CacheFetchContext) => Promise<T>,
  keeping: Keeping = {},
): KeptRead<T> {
  const isOnline = useOnline();
  const isSignedIn = useSession().state.status === 'signed-in';
  const { error: connectionError } = useConnection();
  const dashboard = useDashboard();
  const isWithout = dashboard === null && connectionError !== null;
  const direct = useRead(isSignedIn && isWithout ? read : null);
  const key = useMemo(() => ({ ...keptAs(resource), supplierId }), [supplierId, resource]);
  const hasLooked = useLooked(dashboard, key);
  const view = useResource<T>(key, read, { enabled: isSignedIn, ...keepOptions(keeping) });
  const { data, state, age, refresh: fetchAgain, error, isFetching } = view;
  // A presumed user would be asked for as nobody.
  const refresh = useCallback(() => {
    if (isSignedIn) void fetchAgain();
  }, [isSignedIn, fetchAgain]);
  const since = useMemo(() => (age === null ? null : Date.now() - age), [age]);
  return useMemo(() => {
    if (isWithout) return { ...direct, keptAt: null };
    const value = data ?? null;
    const problem = !isSignedIn && value === null && hasLooked ? nothingKept : sentenceOf(error);
    const isNew = isSignedIn && isOnline && state === 'fresh' && problem === null;
    return { value, problem, busy: isFetching, refresh, keptAt: isNew ? null : since };
  }, [isWithout, direct, data, state, error, isFetching, isSignedIn, isOnline, hasLooked, since, refresh]);
}

/** What the read itself has said. */
function sentenceOf(error: DashboardError | null): string | null {
  return error?.cause instanceof Error ? error.cause.message : (error?.message ?? null);
}

/** Whether it is known what this device has kept under a key. */
function useLooked(dashboard: Dashboard | null, key: CacheKey): boolean {
  const [looked, setLooked] = useState<CacheKey | null>(null);
  useEffect(() => {
    if (!dashboard) return undefined;
    let left = false;
    const done = () => {
      if (!left) setLooked(key);
    };
    dashboard.cache.get(key).then(done, done);
    return () => {
      left = true;
    };
  }, [dashboard, key]);
  return looked === key;
}
