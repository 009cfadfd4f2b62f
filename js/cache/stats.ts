import type { Table } from './table.js';

/** Counters of a tab's cache, since it began. */
export interface CacheStats {
  /** How often a value was given from: memory, the disk, the remote tier. */
  hits: { memory: number; disk: number; remote: number };
  /** How often no tier had a value. */
  misses: number;
  /** How often an older value was given while a newer one is fetched. */
  stale: number;
  /** How often an older value was given because the fetch of a newer one had failed. */
  degraded: number;
  /** Fetches that the application was asked for, and callers that shared one that was under way. */
  fetches: { begun: number; shared: number };
  /** Values that were let go of for room in memory. */
  evicted: number;
  /** Writes that a tier refused, and that were kept to be tried again. */
  refused: { disk: number; remote: number };
  /** What is in memory: values, and bytes as far as their sizes are known. */
  memory: { entries: number; bytes: number };
}

/** What the module has counted, in its order, and what the table has given by itself. */
export function statsOf(counted: ArrayLike<number> | undefined, table: Table): CacheStats {
  const of = (place: number) => counted?.[place] ?? 0;
  return {
    hits: { memory: of(0) + table.hits, disk: of(1), remote: of(2) },
    misses: of(3),
    stale: of(4),
    degraded: of(5),
    fetches: { begun: of(6), shared: of(7) },
    evicted: of(8),
    refused: { disk: of(9), remote: of(10) },
    memory: { entries: of(11), bytes: of(12) },
  };
}
