'use client';

import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

export interface Read<T> {
  /** The last value read; a failed refresh keeps it. */
  value: T | null;
  /** A sentence, where the last attempt failed. */
  problem: string | null;
  /** An attempt is under way. */
  busy: boolean;
  /** Reads again. Calls made during an attempt are served together by one more. */
  refresh: () => void;
}

/** Milliseconds until what could not be read is read again by itself, at first and at most. */
const firstPause = 4_000;
const longestPause = 30_000;

/** Reads on mount and on demand, and again after a failure, until it is read. `read` has to be stable: another function is another thing to read, and `null` is nothing. */
export function useRead<T>(read: (() => Promise<T>) | null): Read<T> {
  const [state, setState] = useState<{ value: T | null; problem: string | null; busy: boolean }>({
    value: null,
    problem: null,
    busy: true,
  });
  const refreshRef = useRef<() => void>(() => {});

  useEffect(() => {
    if (!read) {
      setState((previous) => (previous.busy ? { ...previous, busy: false } : previous));
      return undefined;
    }
    let current = true;
    let running = false;
    let again = false;
    let failures = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;

    const attempt = async (quietly = false) => {
      clearTimeout(timer);
      if (running) {
        again = true;
        return;
      }
      running = true;
      if (!quietly) setState((previous) => (previous.busy ? previous : { ...previous, busy: true }));
      do {
        again = false;
        try {
          const value = await read();
          failures = 0;
          if (current) setState({ value, problem: null, busy: again });
        } catch (error) {
          failures += 1;
          const problem = error instanceof Error ? error.message : String(error);
          if (current) setState((previous) => ({ ...previous, problem, busy: again }));
        }
      } while (current && again);
      running = false;
      // All devices lose a server at the same moment: they do not come back at the same one.
      const pause = Math.min(longestPause, firstPause * 1.5 ** (failures - 1)) * (1 + Math.random() / 4);
      if (current && failures > 0) timer = setTimeout(() => void attempt(true), pause);
    };

    refreshRef.current = () => void attempt();
    void attempt();
    return () => {
      current = false;
      clearTimeout(timer);
      refreshRef.current = () => {};
    };
  }, [read]);

  const refresh = useCallback(() => refreshRef.current(), []);
  return useMemo(() => ({ ...state, refresh }), [state, refresh]);
}
