import { useContext, useMemo, useSyncExternalStore } from 'react';
import type { HealthStatus } from '../health/types.js';
import { Context } from './provided.js';

const NONE: HealthStatus = { overall: 'healthy', offline: false, interval: null, checks: {} };
const EMPTY = { subscribe: () => () => {}, getSnapshot: () => NONE };

/**
 * How everything stands that the dashboard depends on; the component renders again when it changes.
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
      subscribe: (listener: () => void) => health.on('status', listener),
      getSnapshot: () => health.getHealthStatus(),
    };
  }, [dashboard]);
  return useSyncExternalStore(store.subscribe, store.getSnapshot, () => NONE);
}
