import { DashboardError } from '../errors.js';
import type { CacheFetchContext, CacheState } from './types.js';

/** A value of the cache as a component sees it. The same object until something of it changes. */
export interface ResourceView<Value = unknown> {
  /** It; `undefined` while there is none to show. */
  readonly data: Value | undefined;
  /** How it stands; `missing` while there is none. */
  readonly state: CacheState | 'missing';
  /** Milliseconds since it was set, or its fetch began, brought up to date every 30 seconds while it is kept; `null` while there is none. */
  readonly age: number | null;
  /** Why the last fetch failed; `null` if it did not. */
  readonly error: DashboardError | null;
  /** Whether it is being fetched. */
  readonly isFetching: boolean;
}

/** What fetches a value. */
export type Fetcher<Value> = (context: CacheFetchContext) => Value | PromiseLike<Value>;

/** What is shown before anything is known. */
export const NOTHING: ResourceView<never> = Object.freeze({
  data: undefined,
  state: 'missing',
  age: null,
  error: null,
  isFetching: false,
});

/** A fetch has failed that another tab, or somebody else in this one, had begun. */
export const FAILED_ELSEWHERE = toShown(undefined);

/** The application's own error is told as the cause of one of this package's. */
export function toShown(cause: unknown): DashboardError {
  if (cause instanceof DashboardError) return cause;
  return new DashboardError('fetch_failed', 'The value could not be fetched. It is tried again by itself.', {
    retryable: true,
    ...(cause !== undefined && { cause }),
  });
}
