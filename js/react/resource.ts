import { useContext, useEffect, useMemo, useSyncExternalStore } from 'react';
import { type CacheKey, textOf } from '../cache/key.js';
import { Resource } from '../cache/resource.js';
import { type Fetcher, NOTHING, type ResourceView } from '../cache/view.js';
import type { Dashboard } from '../dashboard.js';
import { DashboardError, toError } from '../errors.js';
import type { CacheFetchOptions } from '../options/cache.js';
import { complain } from './complain.js';
import { Context } from './provided.js';

/**
 * Options of {@link useResource}: those of `getOrFetch`, and these. An older value is shown at once, so that there is no `softTimeout`.
 * `throttle` is 3,000 by default: a fetch that has failed is tried again after 4 s to 30 s, or after `throttle` if that is longer.
 */
export interface ResourceOptions extends Omit<CacheFetchOptions, 'signal' | 'force' | 'softTimeout'> {
  /**
   * Whether the component waits, by React's `Suspense`, until there is something to show, and an error is thrown to the next error
   * boundary if there is not. On a server the fallback is rendered. Default `false`.
   */
  suspense?: boolean | undefined;
  /** Whether it is fetched. If not, what is kept is shown. Default `true`. */
  enabled?: boolean | undefined;
}

/** What {@link useResource} gives. */
export interface UsedResource<Value> extends ResourceView<Value> {
  /** Fetches it anew, whatever there is; what was shown stays until then. Never rejects: see `error`. */
  refresh: () => Promise<void>;
}

const EMPTY = {
  subscribe: () => () => {},
  getSnapshot: (): ResourceView<never> => NOTHING,
  want: () => () => {},
  refresh: async () => {},
};

/**
 * A value of the cache, fetched if need be, and fetched again as it gets old or invalid while the component is mounted. What this device has
 * kept is shown at once; what was shown stays until there is something newer. All components that show a key share one fetch.
 *
 * On a server, and in the first render in the browser, there is nothing to show yet: `missing`.
 *
 * @param key `null`: nothing is shown, for example while it is not known whose
 * @param fetcher may be another function in each render: the last one counts
 *
 * @example
 * ```tsx
 * function Overview({ supplierId }: { supplierId: string }) {
 *   const { data, state, age, error } = useResource(
 *     { namespace: 'metrics', supplierId, resource: 'overview' },
 *     ({ signal }) => readMetrics(supplierId, signal),
 *     { dependsOn: ['clients'] },
 *   );
 *   if (data === undefined) return error ? <Failure error={error} /> : <Skeleton />;
 *   return <Tiles metrics={data} age={state === 'fresh' ? null : age} />;
 * }
 * ```
 */
export function useResource<Value>(
  key: CacheKey | null,
  fetcher: Fetcher<Value>,
  { suspense = false, enabled = true, ...options }: ResourceOptions = {},
): UsedResource<Value> {
  const { dashboard, error } = useContext(Context);
  const name = key && nameOf(key);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the name says all of the key
  const resource = useMemo(
    () => (dashboard && key ? shown(dashboard, key, fetcher, options) : EMPTY),
    [dashboard, name],
  ) as Resource<Value> | typeof EMPTY;
  // Ahead of what begins to fetch.
  useEffect(() => {
    if (resource instanceof Resource) resource.use(fetcher, options);
  });
  const view = useSyncExternalStore(
    resource.subscribe,
    resource.getSnapshot as () => ResourceView<Value>,
    () => NOTHING,
  );
  useEffect(() => (enabled ? resource.want() : undefined), [resource, enabled]);
  if (suspense && enabled && key && view.state === 'missing') {
    if (typeof window === 'undefined') {
      throw new DashboardError('not_in_browser', 'What the cache has is shown in a browser.');
    }
    if (!(resource instanceof Resource)) throw view.error ?? error ?? untilThere();
    if (!view.error) throw resource.load();
    resource.thrown();
    throw view.error;
  }
  return useMemo(() => ({ ...view, refresh: resource.refresh }), [view, resource]);
}

/** Two keys with the same name are the same. One that cannot be is told when it is used. */
function nameOf(key: CacheKey): string {
  try {
    const { text, version } = textOf(key);
    return JSON.stringify([text, version]);
  } catch {
    return '';
  }
}

/** What is shown; what cannot be is told as the error, and to a development build's console. */
function shown<Value>(
  { cache }: Dashboard,
  key: CacheKey,
  fetcher: Fetcher<Value>,
  options: CacheFetchOptions,
): Resource<Value> | typeof EMPTY {
  try {
    return Resource.of(cache, key, fetcher, options);
  } catch (thrown) {
    const error = toError(thrown);
    complain(error);
    const view = { ...NOTHING, error };
    return { ...EMPTY, getSnapshot: () => view };
  }
}

/** The provider has none yet, and renders anew once it has. */
function untilThere(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
