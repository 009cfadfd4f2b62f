import { useContext, useMemo, useSyncExternalStore } from 'react';
import type { HealthStatus } from '../health/types.js';
import { Context } from './provided.js';

const NONE: HealthStatus = { overall: 'healthy', offline: false, interval: null, checks: {} };
/** Milliseconds between looks at what nobody is told of. */
const LOOK = 5_000;
const EMPTY = { subscribe: () => () => {}, getSnapshot: () => NONE };

/**
 * How everything stands that the dashboard depends on; the component renders again when it changes, and at most every five seconds when
 * no more than the time or the length of an answer has.
 *
 * @example
 * ```tsx
 * function Light() {
 *   const { overall, checks } = useHealth();
 *   return <p role="status">{overall}: {Object.keys(checks).length} checks</p>;
 * }
 * ```
 */
export function useHealth(): HealthStatus {
  const { dashboard } = useContext(Context);
  const store = useMemo(() => {
    if (!dashboard) return EMPTY;
    const { health } = dashboard;
    return {
      subscribe(listener: () => void) {
        const end = health.on('status', listener);
        const looking = setInterval(() => health.refresh(), LOOK);
        return () => {
          clearInterval(looking);
          end();
        };
      },
      getSnapshot: () => health.getHealthStatus(),
    };
  }, [dashboard]);
  return useSyncExternalStore(store.subscribe, store.getSnapshot, () => NONE);
}
