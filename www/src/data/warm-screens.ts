import type { CacheWarmEntry, Dashboard } from '@wedsync/dashboard';
import { usualVenues } from '@/lib/quick-actions';
import { keepOptions, keptAs, screens } from './kept';
import { readScreens, type Workplace } from './queries';
import type { Backend } from './supabase';

/**
 * Reads who the user works for together with all that the screens show, and keeps that in every tier before they ask for it. What changes
 * meanwhile is read once the subscriptions are live.
 */
export async function warmScreens(
  backend: Backend,
  { cache }: Dashboard,
  userId: string,
  signal: AbortSignal,
): Promise<Workplace | null> {
  const read = await readScreens(backend, userId);
  if (!read) return null;
  // Somebody else may be here by now.
  signal.throwIfAborted();
  const { workplace, pipeline, activity, venues } = read;
  const data = { pipeline, activity, 'quick-actions': { venues: usualVenues(venues) } };
  const entries: CacheWarmEntry[] = [];
  for (const name of Object.keys(screens) as (keyof typeof screens)[]) {
    // What one request does not bring whole the screen reads itself.
    if (data[name] !== null)
      entries.push({ ...keptAs(name), ...keepOptions(screens[name]), data: data[name] });
  }
  // Nobody waits for it: a screen that asks meanwhile is given what is being kept.
  cache.warmCache(workplace.supplier.id, entries).catch(() => {});
  return workplace;
}
