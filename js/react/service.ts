import { useContext, useMemo, useSyncExternalStore } from 'react';
import type { Dashboard } from '../dashboard.js';
import { toError } from '../errors.js';
import { NOTHING, type ServiceView } from '../integrations/watching.js';
import { complain } from './complain.js';
import { Context } from './provided.js';

/** Options of {@link useService}. */
export interface ServiceHookOptions {
  /** What to ask the service for, below its URL. Default: the URL itself. */
  path?: string | undefined;
  /** Milliseconds between reads while all is well. Default 60,000. */
  every?: number | undefined;
}

const EMPTY = { subscribe: () => () => {}, getSnapshot: () => NOTHING, refresh: () => {} };

/**
 * What a registered service answers, kept up to date while the component is mounted: read again by itself, and after a failure as soon as
 * the service's breaker lets it. All components that look at the same share one read.
 *
 * @example
 * ```tsx
 * function Calendar() {
 *   const { data, error, age, retryAt } = useService<Day[]>('calendar', { path: '/availability?days=30' });
 *   return (
 *     <>
 *       {error && <Notice age={age} retryAt={retryAt} />}
 *       {data && <Days days={data} />}
 *     </>
 *   );
 * }
 * ```
 */
export function useService<Value = unknown>(
  name: string,
  { path = '', every = 60_000 }: ServiceHookOptions = {},
): ServiceView<Value> & { refresh: () => void } {
  const { dashboard } = useContext(Context);
  const watch = useMemo(
    () => (dashboard ? watched<Value>(dashboard, name, path, every) : EMPTY),
    [dashboard, name, path, every],
  );
  const view = useSyncExternalStore(watch.subscribe, watch.getSnapshot, () => NOTHING) as ServiceView<Value>;
  return useMemo(() => ({ ...view, refresh: watch.refresh }), [view, watch]);
}

/** What is looked at; what cannot be is told as the error, and to a development build's console. */
function watched<Value>({ integrations }: Dashboard, name: string, path: string, every: number) {
  try {
    return integrations.watch<Value>(name, path, every);
  } catch (thrown) {
    const error = toError(thrown);
    complain(error);
    const view = { ...NOTHING, error };
    return { ...EMPTY, getSnapshot: () => view };
  }
}
