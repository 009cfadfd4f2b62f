import type { Activity } from '../data/types.ts';

/** How many entries the feed keeps: an afternoon's work, and a bound on what a long-open tab holds. */
export const feedLimit = 50;

/** One list without repeats, newest first, at most {@link feedLimit} long. A row read later wins over an earlier one. */
export function mergeActivity(...lists: readonly (readonly Activity[])[]): Activity[] {
  const byId = new Map<number, Activity>();
  for (const list of lists) for (const row of list) byId.set(row.id, row);
  return [...byId.values()].sort((left, right) => right.id - left.id).slice(0, feedLimit);
}
