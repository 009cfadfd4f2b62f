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

/** Reads on mount and on demand. `read` has to be stable: another function is another thing to read. */
export function useRead<T>(read: () => Promise<T>): Read<T> {
  const [state, setState] = useState<{ value: T | null; problem: string | null; busy: boolean }>({
    value: null,
    problem: null,
    busy: true,
  });
  const refreshRef = useRef<() => void>(() => {});

  useEffect(() => {
    let current = true;
    let running = false;
    let again = false;

    const attempt = async () => {
      if (running) {
        again = true;
        return;
      }
      running = true;
      setState((previous) => (previous.busy ? previous : { ...previous, busy: true }));
      do {
        again = false;
        try {
          const value = await read();
          if (current) setState({ value, problem: null, busy: again });
        } catch (error) {
          const problem = error instanceof Error ? error.message : String(error);
          if (current) setState((previous) => ({ ...previous, problem, busy: again }));
        }
      } while (current && again);
      running = false;
    };

    refreshRef.current = () => void attempt();
    void attempt();
    return () => {
      current = false;
      refreshRef.current = () => {};
    };
  }, [read]);

  const refresh = useCallback(() => refreshRef.current(), []);
  return useMemo(() => ({ ...state, refresh }), [state, refresh]);
}
